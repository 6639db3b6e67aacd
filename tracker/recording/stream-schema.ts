import { Field, Float32, Float64, Int64, Schema, Uint16, Uint32, Utf8 } from 'apache-arrow';
import type { EngineFacts } from '#engines/engine.ts';
import type { CameraFacts } from '#protocol/camera-facts.ts';
import { FRAME_FATES } from '#protocol/frame-fate.ts';
import { MOTOR_COLUMNS } from '#protocol/motor.ts';
import type { Roi } from '#protocol/roi.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { Plan } from '#stages/plan.ts';
import { planFits } from '#stages/plan-needs.ts';
import { ROI_COLUMNS } from './roi-log.ts';
import { FIT_COLUMNS } from './track-block.ts';

/** Format names in the schema metadata; the number grows when an old reader would misread the file. */
export const TRACKS_FORMAT = 'tweezertrack-tracks/1';
export const FRAMES_FORMAT = 'tweezertrack-frames/1';
export const ROIS_FORMAT = 'tweezertrack-rois/1';
export const WAITING_FRAMES_FORMAT = 'tweezertrack-waiting-frames/1';

/** What made the tracks of a file; it travels in the file's schema metadata. */
export interface TrackFacts {
  camera: CameraFacts;
  engine: EngineFacts;
  plan: Plan;
  /** ROIs at the start. */
  rois: readonly Roi[];
}

const COORDINATES =
  'xPx is the column and yPx the row of the full frame, (0, 0) is the middle of the top-left pixel, y points down';

const TRACK_UNITS = {
  frame: "the camera's frame number",
  timeNs: 'ns since 1970, camera time of the exposure',
  bead: 'bead id',
  xPx: 'px',
  yPx: 'px',
  zNm: 'nm in the coordinate of the Z-LUT',
  score: 'Pearson correlation with the best plane, -1 to 1',
  status: 'bits of statusBits; 0 is a good point',
};

/** Of the columns of a fit. */
const FIT_UNITS = {
  sigmaXPx: 'px, standard deviation by the photons of the image',
  sigmaYPx: 'px, as sigmaXPx',
  sigmaZNm: 'nm, as sigmaXPx',
  chiSquared: 'squared residuals of the fit over what is expected; 1 is a good fit',
};

const FRAME_UNITS = {
  frame: "the camera's frame number, or the first of a gap",
  lastFrame: 'the same number, or the last of a gap (included)',
  timeNs: 'ns since 1970, camera time of the exposure; null in a gap',
  receivedNs: 'ns since 1970, host time of arrival, or at which a gap was noticed',
  submittedNs: 'ns since 1970, host time at which it went to the engine; null in a gap',
  trackedNs: 'ns since 1970, host time of the tracks; null in a gap',
  fate: 'one of fates',
  focusZNm: 'nm, position of the focus stage; see positions',
  magnetMm: 'mm, magnet translation; see positions',
  magnetTurns: 'turns, magnet rotation; see positions',
};

/** How exact the positions of motors are. */
const POSITIONS =
  'as the camera sent them with the frame, else on the straight line between readings of the motor about 250 ms apart (20 ms in moves that the tracker makes), at timeNs by the clock of the camera or, for devices of the settings, at receivedNs; beside the readings the nearest; null where none is within 2 s';

const ROI_UNITS = {
  frame: 'first frame that was tracked with this ROI',
  bead: 'bead id',
  left: 'px, first column of the ROI',
  top: 'px, first row of the ROI',
};

const required = false;
const nullable = true;

/**
 * Schema of `tracks.arrows`: one row a bead and frame.
 * Plans that fit a model add the standard deviations and chi-squared.
 * What has no result is NaN, not null, so that a reader without validity bitmaps sees it too; `status` says why.
 */
export function tracksSchema(facts: TrackFacts): Schema {
  const fits = planFits(facts.plan);
  return new Schema(
    [
      new Field('frame', new Uint32(), required),
      new Field('timeNs', new Int64(), required),
      new Field('bead', new Uint32(), required),
      new Field('xPx', new Float64(), required),
      new Field('yPx', new Float64(), required),
      new Field('zNm', new Float64(), required),
      new Field('score', new Float32(), required),
      new Field('status', new Uint16(), required),
      ...(fits ? FIT_COLUMNS : []).map((name) => new Field(name, new Float32(), required)),
    ],
    new Map([
      ['format', TRACKS_FORMAT],
      ['units', JSON.stringify(fits ? { ...TRACK_UNITS, ...FIT_UNITS } : TRACK_UNITS)],
      ['coordinates', COORDINATES],
      ['statusBits', JSON.stringify(TRACK_STATUS)],
      // JSON writes a NaN pixel size as null.
      ['camera', JSON.stringify(facts.camera)],
      ['engine', JSON.stringify(facts.engine)],
      ['plan', JSON.stringify(facts.plan)],
      ['rois', JSON.stringify(facts.rois)],
    ]),
  );
}

/** Schema of `frames.arrows`: one row a frame, or one for a whole gap; not sorted where frames arrived late. */
export function framesSchema(): Schema {
  return new Schema(
    [
      new Field('frame', new Uint32(), required),
      new Field('lastFrame', new Uint32(), required),
      new Field('timeNs', new Int64(), nullable),
      new Field('receivedNs', new Int64(), required),
      new Field('submittedNs', new Int64(), nullable),
      new Field('trackedNs', new Int64(), nullable),
      new Field('fate', new Utf8(), required),
      ...MOTOR_COLUMNS.map((name) => new Field(name, new Float64(), nullable)),
    ],
    new Map([
      ['format', FRAMES_FORMAT],
      ['units', JSON.stringify(FRAME_UNITS)],
      ['fates', JSON.stringify(FRAME_FATES)],
      ['positions', POSITIONS],
    ]),
  );
}

/** Schema of the files of frames whose rows wait for where motors were: that of `frames.arrows`, and which row each is. */
export function waitingFramesSchema(): Schema {
  const { fields, metadata } = framesSchema();
  return new Schema(
    [new Field('row', new Uint32(), required), ...fields],
    new Map([
      ...metadata,
      ['format', WAITING_FRAMES_FORMAT],
      ['units', JSON.stringify({ row: 'row of frames.arrows that this will be', ...FRAME_UNITS })],
    ]),
  );
}

/** Schema of `rois.arrows`: a row for each time an ROI followed its bead. */
export function roisSchema(): Schema {
  return new Schema(
    ROI_COLUMNS.map((name) => new Field(name, new Uint32(), required)),
    new Map([
      ['format', ROIS_FORMAT],
      ['units', JSON.stringify(ROI_UNITS)],
    ]),
  );
}
