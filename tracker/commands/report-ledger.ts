import { accountedFrames, type LedgerTotals } from '#ingest/frame-ledger.ts';

/** Prints what became of every frame; says so when one is missing from the account. */
export function reportLedger(totals: LedgerTotals, recording: string | null): void {
  const { offered, tracked, ...others } = totals;
  const missing = Object.entries(others).filter(([, count]) => count > 0);
  const rest = missing.map(([fate, count]) => `${count} ${fate}`).join(', ');
  console.log(`frames: ${offered} offered, ${tracked} tracked${rest ? `, ${rest}` : ', none lost'}`);
  const accounted = accountedFrames(totals);
  if (accounted !== offered || totals['in-flight'] !== 0) {
    console.log(`error: ${offered - accounted + totals['in-flight']} frames are not accounted for`);
    process.exitCode = 1;
  }
  if (recording) console.log(`recording: ${recording}`);
}
