import { Help } from 'commander';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '#tracker/commands/index.ts';
import { createProgram } from '#tracker/main.ts';
import { runCommand } from '../support/cli.ts';

describe('the list of commands', () => {
  test.each(COMMANDS)('shows what $name takes', async ({ name, operands }) => {
    const program = await createProgram([name]);
    const command = program.commands.find((one) => one.name() === name)!;
    expect(new Help().subcommandTerm(command)).toBe(`${name} ${operands}`.trim());
  });

  test('is the same whichever of them is loaded', async () => {
    const none = (await createProgram([])).helpInformation();
    const all = (await createProgram(COMMANDS.map(({ name }) => name))).helpInformation();
    expect(none).toContain('track [options] <stack>');
    expect(all).toBe(none);
  });
});

test('help on a command shows its options, however it is asked for', async () => {
  const [asked, flag] = await Promise.all([runCommand('help', 'track'), runCommand('track', '-h')]);
  expect(asked.stdout).toMatch(/--roi-size/);
  expect(flag.stdout).toBe(asked.stdout);
});

test('a command that does not exist is refused with the list', async () => {
  const { code, stderr } = await runCommand('trak');
  expect(code).toBe(1);
  expect(stderr).toMatch(/unknown command 'trak'/);
  expect(stderr).toMatch(/Did you mean track\?/);
  expect(stderr).toMatch(/describe \[what\]/);
});
