// center-of-mass: mean position of the light. Defined in center-of-mass.ts.
import { Bead, count } from './bead.as';
import { centerOfMassAbsolute, centerOfMassBackground, centerOfMassK } from './constants.as';
import { deviation, mean, median } from './levels.as';

export function centerOfMass(params: usize, _tables: usize): void {
  if (Bead.bytesPerPixel == 1) find<u8>(params);
  else if (Bead.bytesPerPixel == 2) find<u16>(params);
  else find<f32>(params);
}

function find<T>(params: usize): void {
  const background = <i32>load<f64>(params + centerOfMassBackground);
  if (background == 0) return weigh<T>(0, 0, false, false);
  const level = background == 2 ? median<T>() : mean<T>();
  const least = background == 3 ? load<f64>(params + centerOfMassK) * deviation<T>(level) : 0;
  weigh<T>(level, least, true, load<f64>(params + centerOfMassAbsolute) != 0);
}

function weigh<T>(level: f64, least: f64, subtracts: bool, absolute: bool): void {
  const size = <usize>Bead.size;
  let mass: f64 = 0;
  let xMoment: f64 = 0;
  let yMoment: f64 = 0;
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    let rowMass: f64 = 0;
    for (let column: usize = 0; column < size; column++) {
      const above = count<T>(from + column * sizeof<T>()) - level;
      let weight = absolute ? abs(above) : above;
      if (subtracts) weight = weight - least < 0 ? 0 : weight - least;
      rowMass += weight;
      xMoment += weight * <f64>column;
    }
    mass += rowMass;
    yMoment += rowMass * <f64>row;
  }
  Bead.xPx = mass == 0 ? NaN : xMoment / mass;
  Bead.yPx = mass == 0 ? NaN : yMoment / mass;
}
