import { CalciumError, requirePositive } from './calcium-error.ts';
import { type NdArray, traceAxes } from './nd-array.ts';

/**
 * @throws {CalciumError} if there are not as many neurons, or an event is not a frame of the trace
 */
export function requireNeurons(
  where: string,
  events: readonly ArrayLike<number>[],
  neurons: number,
  frames: number,
): void {
  if (events.length !== neurons) {
    throw new CalciumError({
      where: `${where} events`,
      expected: `a list for each of ${neurons} neurons`,
      received: `${events.length} lists`,
    });
  }
  for (const [neuron, ofNeuron] of events.entries()) {
    const wrong = Array.from(ofNeuron).find(
      (event) => !Number.isInteger(event) || event < 0 || event >= frames,
    );
    if (wrong === undefined) continue;
    throw new CalciumError({
      where: `${where} events[${neuron}]`,
      expected: `frames from 0 to ${frames - 1}`,
      received: String(wrong),
    });
  }
}

/** @returns [neuron] number of events */
export function getNumEvents(events: readonly ArrayLike<number>[]): Int32Array {
  return Int32Array.from(events, (ofNeuron) => ofNeuron.length);
}

/**
 * Times between events.
 *
 * @param events per neuron its frames, ascending
 * @param frameRate Hz, default 30
 * @returns per neuron one less than events, s; none for fewer than two
 * @throws {CalciumError} if the frame rate is not above 0
 */
export function getInterEventIntervals(events: readonly ArrayLike<number>[], frameRate = 30): Float64Array[] {
  requirePositive('getInterEventIntervals frameRate', frameRate);
  return events.map((ofNeuron) =>
    Float64Array.from(
      { length: Math.max(0, ofNeuron.length - 1) },
      (_, index) => (ofNeuron[index + 1]! - ofNeuron[index]!) / frameRate,
    ),
  );
}

/**
 * Value of the trace at each event.
 *
 * @param traces [neuron, frame], any unit
 * @param events per neuron its frames
 * @returns per neuron a value for each event
 * @throws {CalciumError} if there are events of more or fewer neurons, or one is outside the trace
 */
export function getEventOnsetIntensities(
  traces: NdArray,
  events: readonly ArrayLike<number>[],
): Float64Array[] {
  const { neurons, frames } = traceAxes('getEventOnsetIntensities traces', traces);
  requireNeurons('getEventOnsetIntensities', events, neurons, frames);
  return events.map((ofNeuron, neuron) =>
    Float64Array.from(ofNeuron, (event) => traces.values[neuron * frames + event]!),
  );
}
