import { Command, CommanderError, Help } from 'commander';
import { TweezertrackError } from '#protocol/errors.ts';
import { programVersion } from '#recording/program-version.ts';
import { COMMANDS } from './commands/index.ts';

/** Runs one command; a fault a user can cure is one line on stderr and exit status 1. */
export async function main(argv: string[]): Promise<void> {
  const program = await createProgram(argv);
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

/** The program; of its commands only those that are among the arguments have more than their line in the list. */
export async function createProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command('tweezertrack')
    .description('Live x, y, z of every bead of a magnetic-tweezers experiment.')
    .version(programVersion())
    .showHelpAfterError()
    .exitOverride();
  for (const { name, description, load } of COMMANDS) {
    const command = program.command(name).description(description);
    if (argv.includes(name)) (await load())(command);
  }
  const listed = new Map(COMMANDS.map(({ name, operands }) => [name, `${name} ${operands}`.trim()]));
  return program.configureHelp({
    subcommandTerm: (command) => listed.get(command.name()) ?? new Help().subcommandTerm(command),
  });
}
