import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the built dashboard lies: in the package it always does, in a fresh checkout not yet. */
export const DASHBOARD_FOLDER = fileURLToPath(new URL('../../dashboard/dist', import.meta.url));

const VITE_CONFIG = fileURLToPath(new URL('../../dashboard/vite.config.ts', import.meta.url));

/** Builds the dashboard if it is not there. The tracker can do without: it says so and goes on. */
export async function ensureDashboard(log: (text: string) => void): Promise<void> {
  if (existsSync(DASHBOARD_FOLDER)) return;
  try {
    const { build } = await import('vite');
    log('building the dashboard');
    await build({ configFile: VITE_CONFIG, logLevel: 'error' });
  } catch (error) {
    log(`warning: no dashboard (${(error as Error).message}); run: npm run build`);
  }
}
