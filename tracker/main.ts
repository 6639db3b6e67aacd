import { Command, CommanderError } from 'commander';
import { TweezertrackError } from '#protocol/errors.ts';
import { programVersion } from '#recording/run-record.ts';
import { COMMANDS } from './commands/index.ts';

/** Runs one command; a fault a user can cure is one line on stderr and exit status 1. */
export async function main(argv: string[]): Promise<void> {
  const program = new Command('tweezertrack')
    .description('Live x, y, z of every bead of a magnetic-tweezers experiment.')
    .version(programVersion())
    .showHelpAfterError()
    .exitOverride();
  for (const register of COMMANDS) register(program);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode;
      return;
    }
    if (!(error instanceof TweezertrackError)) throw error;
    console.error(`${error.code} ${error.message}`);
    process.exitCode = 1;
  }
}
