import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { tcpFocusOptions, tcpFocusStage } from '#camera-adapters/focus-stages/tcp-line.ts';
import { ConfigError } from '#protocol/errors.ts';
import { type LineDevice, lineDevice } from '../../support/line-device.ts';
import { until } from '../../support/until.ts';
import { failureOf, focusStageContract } from './focus-stage-contract.ts';

const TOLERANCE_NM = 5;

function stageOf({ address }: Pick<LineDevice, 'address'>, more: object = {}) {
  const options = tcpFocusOptions.parse({
    address,
    moveCommand: 'MOV {zUm}',
    positionCommand: 'POS?',
    stopCommand: 'STP',
    reply: 'P=([-+0-9.]+) um',
    toleranceNm: TOLERANCE_NM,
    timeoutMs: 60_000,
    ...more,
  });
  return tcpFocusStage(options, [-3000, 9000]);
}

/** Long enough for an answer on a busy machine, short enough to wait for in a test. */
const SOON = { timeoutMs: 1500 };

describe.each([
  ['that answers questions only', false],
  ['that acknowledges every line', true],
])('a focus stage over TCP %s', (_, acknowledges) => {
  focusStageContract(async () => {
    const device = await lineDevice({ acknowledges });
    const stage = stageOf(device, { acknowledges });
    return { stage, pass: device.pass, toleranceNm: TOLERANCE_NM };
  });
});

describe('a focus stage over TCP', () => {
  test('speaks nm or um, as its command says', async () => {
    const device = await lineDevice();
    await stageOf(device).move(-1234.5);
    await stageOf(device, { moveCommand: 'MNM {zNm}' }).move(-1234.5);
    await until(() => device.heard.length === 2);
    expect(device.heard.sort()).toEqual(['MNM -1234.5', 'MOV -1.2345']);
  });

  test('that is silent is told of by name and time, and asked anew over another connection', async () => {
    const device = await lineDevice();
    const stage = stageOf(device, SOON);
    device.answerWith(() => null);
    const words = await failureOf(stage.position());
    expect(words).toContain(`focus stage tcp ${device.address}: expected an answer to 'POS?' within 1500 ms`);
    device.answerWith(null);
    expect((await stage.position()).zNm).toBe(0);
    expect(device.connections).toBe(2);
    await stage.close();
  });

  test('that talks nonsense is told of with what it said', async () => {
    const device = await lineDevice();
    const stage = stageOf(device);
    device.answerWith(() => 'ERR 7 \x07motor off');
    const words = await failureOf(stage.position());
    expect(words).toContain('ERR 7 ?motor off');
    expect(words).toContain('focusStage.reply');
    device.answerWith(() => 'x'.repeat(10_000));
    await failureOf(stage.position());
    device.answerWith(null);
    expect((await stage.position()).zNm).toBe(0);
    await stage.close();
  });

  test('that hangs up fails the question under way and takes the next over a new connection', async () => {
    const device = await lineDevice();
    const stage = stageOf(device);
    await stage.position();
    device.answerWith(() => null);
    const asked = failureOf(stage.position());
    await until(() => device.heard.length === 2);
    device.hangUp();
    expect(await asked).toContain('the end of the connection');
    device.answerWith(null);
    expect((await stage.position()).zNm).toBe(0);
    await stage.close();
  });

  test('that is not there is told of', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const words = await failureOf(stageOf({ address: `127.0.0.1:${port}` }).move(0));
    expect(words).toContain('ECONNREFUSED');
  });

  test.each([false, true])(
    'is stopped past a question without an answer (acknowledges: %s)',
    async (acknowledges) => {
      const device = await lineDevice({ acknowledges });
      const stage = stageOf(device, { acknowledges, timeoutMs: 60_000 });
      await stage.move(5000);
      device.answerWith((line) => (line === 'POS?' ? null : undefined));
      const asked = [stage.position(), stage.position()].map(failureOf);
      await until(() => device.heard.includes('POS?'));
      await stage.stop();
      for (const words of await Promise.all(asked)) expect(words).toContain('something urgent in between');
      // The second question was never sent.
      await until(() => device.heard.includes('STP'));
      expect(device.heard).toEqual(['MOV 5.0000', 'POS?', 'STP']);
      await stage.close();
    },
  );

  test('takes no answer that belongs to a question before a stop', async () => {
    const device = await lineDevice({ acknowledges: true });
    const stage = stageOf(device, { acknowledges: true });
    device.answerWith(() => null);
    const asked = failureOf(stage.position());
    await until(() => device.heard.includes('POS?'));
    await stage.stop();
    await asked;
    await until(() => device.heard.includes('STP'));
    // The answers come after all, one after the other: those of the question, of the stop, and of the next question.
    const position = stage.position();
    await until(() => device.heard.length === 3);
    for (const line of ['P=0.7000 um', 'OK', 'P=0.1000 um']) device.say(line);
    expect((await position).zNm).toBe(100);
    await stage.close();
  });

  test.each(['P=(', 'P=[0-9]+'])('with the pattern %s for its reply is refused', async (reply) => {
    expect(() => stageOf({ address: '127.0.0.1:1' }, { reply })).toThrow(ConfigError);
  });
});
