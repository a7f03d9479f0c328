import { z } from 'zod';
import { HeatmineError } from '../../core/errors.ts';
import { fetchUnit, unitOf } from '../client.ts';
import { type Command, parseCommand, print } from '../command.ts';

const Code = z.object({ code: z.string(), level: z.string(), minutes: z.number() });

async function post(url: string, path: string, body: object): Promise<unknown> {
  const response = await fetchUnit(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { error?: { message: string } };
  if (!response.ok) throw new HeatmineError('UNAUTHORISED', answer.error?.message ?? `refused with ${response.status}`);
  return answer;
}

async function giveCode(args: string[]): Promise<number> {
  const { paths, json, values } = parseCommand(args, { installer: { type: 'boolean' }, forget: { type: 'boolean' } });
  const { url } = unitOf(paths);
  if (values.forget) {
    await post(url, '/api/claim/forget', {});
    print(json ? JSON.stringify({ claimed: false }) : 'All who had claimed this unit must claim it anew.');
    return 0;
  }
  const told = Code.parse(await post(url, '/api/claim/new', { level: values.installer ? 'installer' : 'owner' }));
  print(
    json
      ? JSON.stringify(told)
      : `${told.code}\nType it into the page within ${told.minutes} minutes, from any device in the house. It works once, as ${told.level}.`,
  );
  return 0;
}

export const claim: Command = {
  name: 'claim',
  about:
    'Prints a code that lets one more device in the house see and set this unit on the page; --forget ends all of them.',
  usage: 'heatmine claim [--installer | --forget] [--json]',
  example: 'npm run -s heatmine -- claim',
  run: giveCode,
};
