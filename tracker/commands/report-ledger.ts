import { accountedFrames, type LedgerTotals } from '#ingest/frame-ledger.ts';
import { MAIN_CAMERA } from '#protocol/camera-name.ts';

/** What is said of a named camera begins with this. */
export function ofCamera(name: string): string {
  return name === MAIN_CAMERA ? '' : ` of ${name}`;
}

/** Prints what became of every frame; says so when one is missing from the account. */
export function reportLedger(totals: LedgerTotals, recording: string | null, of = ''): void {
  const { offered, tracked, ...others } = totals;
  const missing = Object.entries(others).filter(([, count]) => count > 0);
  const rest = missing.map(([fate, count]) => `${count} ${fate}`).join(', ');
  console.log(`frames${of}: ${offered} offered, ${tracked} tracked${rest ? `, ${rest}` : ', none lost'}`);
  const accounted = accountedFrames(totals);
  if (accounted !== offered || totals['in-flight'] !== 0) {
    console.log(`error${of}: ${offered - accounted + totals['in-flight']} frames are not accounted for`);
    process.exitCode = 1;
  }
  if (recording) console.log(`recording${of}: ${recording}`);
}
