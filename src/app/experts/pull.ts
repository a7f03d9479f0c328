import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { chatFormatOf } from '../../compute/chat-format.ts';
import { ExpertFile, ExpertId } from '../../compute/expert-file.ts';
import { checkGgufFile, type GgufInfo } from '../../compute/gguf.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { MANIFEST_FILE, MAX_MANIFEST_BYTES } from '../../core/manifest.ts';
import { chunkListFile } from '../../net/swarm/weights/chunks.ts';
import { type Origin, originOf, SOURCE_FILE } from '../../net/swarm/weights/installed.ts';
import { alone } from './alone.ts';
import { download, sha256Of } from './download.ts';
import { follow } from './follow.ts';
import { readExpertManifest } from './manifest.ts';
import { progressBar } from './progress.ts';

export interface PullOptions {
  /** `hf:owner/repo:file`, `https://…` (a GGUF, or a manifest.json with its files beside it), or a path. */
  source: string;
  modelsDir: string;
  /** Ids that are taken: shipped and installed experts. */
  taken: readonly string[];
  id: string | undefined;
  sha256: string | undefined;
  contextTokens: number | undefined;
  /** Takes the files of a directory away from there instead of copying them. */
  move: boolean;
  signal: AbortSignal;
  say(line: string): void;
}

const HUB = process.env.HF_ENDPOINT ?? 'https://huggingface.co';
const MAX_TITLE = 120;
/** Where the maker allows more: the cache of a long context costs memory whether used or not. */
const USUAL_CONTEXT = 8192;
const ANSWER_TOKENS = 2048;

/** The address behind a source; undefined for a path. */
export function urlOf(source: string): string | undefined {
  const hub = /^hf:([\w.-]+\/[\w.-]+):([\w./ -]+)$/.exec(source);
  if (hub) return `${HUB}/${hub[1]}/resolve/main/${hub[2]!.split('/').map(encodeURIComponent).join('/')}`;
  if (source.startsWith('hf:')) throw new HeatmineError('USAGE', `${source}: write hf:OWNER/REPO:FILE`);
  if (/^https:\/\//.test(source) || /^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(source)) return source;
  if (/^\w+:\/\//.test(source))
    throw new HeatmineError('USAGE', `${source}: only https can be trusted to bring a file`);
  return undefined;
}

/** Brings an expert into the home: weights and words only, nothing of it is ever run. Resolves with its id. */
export async function pullExpert(options: PullOptions): Promise<string> {
  const url = urlOf(options.source);
  const path = (url ?? options.source).split(/[?#]/)[0]!;
  if (basename(path) === MANIFEST_FILE || (!url && existsSync(join(path, MANIFEST_FILE))))
    return pullSigned(options, url);
  if (!url && !existsSync(path)) throw new HeatmineError('USAGE', `there is no ${path}`);
  const id = options.id ?? idOf(basename(decodeURIComponent(path)));
  // Before gigabytes of it are copied.
  if (!url) checkGgufFile(path);
  return fresh(options, id, (dir) => pullWeights(options, url, path, dir, id));
}

async function pullWeights(options: PullOptions, url: string | undefined, path: string, dir: string, id: string) {
  const file = join(dir, 'weights.gguf');
  await bring(options, url, options.source, file, id);
  const info = checked(file);
  const sha256 = await sha256Of(file);
  demandHash(file, sha256, options.sha256 ?? (await linkedHash(url)));
  const title = (info.name ?? basename(path)).slice(0, MAX_TITLE);
  const fact = expertOf(id, title, info, { sha256, sizeBytes: statSync(file).size }, options.contextTokens);
  noteOrigin(options, dir);
  writeExpert(dir, fact);
}

async function pullSigned(options: PullOptions, url: string | undefined): Promise<string> {
  const { source } = options;
  const place = !url && !source.endsWith(MANIFEST_FILE) ? join(source, MANIFEST_FILE) : source;
  if (!url && !existsSync(place)) throw new HeatmineError('USAGE', `there is no ${place}`);
  const text = url ? await smallText(url, options.signal) : readFileSync(place, 'utf8');
  const { manifest, expert } = readExpertManifest(text, source);
  options.say(`${expert.title}: signed by ${manifest.maker.slice(0, 16)}…, licence ${expert.licence}`);
  const id = options.id ?? expert.id;
  return fresh(options, id, (dir) => pullFiles(options, url, place, { manifest, expert: { ...expert, id } }, dir));
}

async function pullFiles(
  options: PullOptions,
  url: string | undefined,
  place: string,
  { manifest, expert }: ReturnType<typeof readExpertManifest>,
  dir: string,
) {
  const { source } = options;
  for (const { name, sha256, sizeBytes } of manifest.files) {
    const file = join(dir, name);
    const from = url ? new URL(encodeURIComponent(name), url).href : undefined;
    await bring(options, from, join(place, '..', name), file, name);
    if (statSync(file).size !== sizeBytes) refuse(file, `${statSync(file).size} bytes, the manifest says ${sizeBytes}`);
    demandHash(file, await sha256Of(file), sha256);
    if (options.move && existsSync(chunkListFile(source, name)))
      renameSync(chunkListFile(source, name), chunkListFile(dir, name));
  }
  if (expert.engine !== 'llama') refuse(join(dir, expert.file), 'only llama experts can be pulled: others need code');
  checked(join(dir, expert.file));
  writeFileSync(join(dir, MANIFEST_FILE), JSON.stringify(manifest, null, 2));
  noteOrigin(options, dir);
  writeExpert(dir, expert);
  if (options.move && !url) rmSync(source, { recursive: true, force: true });
}

/** A directory that has an expert is not touched; one with a part of a download is gone on with. */
async function fresh(options: PullOptions, id: string, fill: (dir: string) => Promise<void>): Promise<string> {
  const { modelsDir, taken } = options;
  const named = ExpertId.safeParse(id);
  if (!named.success) throw new HeatmineError('USAGE', `--id ${id}: ${named.error.issues[0]!.message}`);
  const dir = join(modelsDir, id);
  mkdirSync(modelsDir, { recursive: true, mode: 0o700 });
  await alone(modelsDir, id, async () => {
    // Another pull may have ended since the list was made.
    if (taken.includes(id) || existsSync(join(dir, 'expert.json')))
      throw new HeatmineError('USAGE', `there is an expert "${id}" already; choose another --id`);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    await fill(dir).finally(() => {
      if (readdirSync(dir).length === 0) rmdirSync(dir);
    });
  });
  return id;
}

async function bring(options: PullOptions, url: string | undefined, path: string, file: string, name: string) {
  const bar = progressBar(name);
  try {
    if (url) await download(url, file, { onProgress: bar.on, signal: options.signal });
    else if (options.move) renameSync(path, file);
    else cpSync(path, file, { mode: constants.COPYFILE_FICLONE, dereference: true });
  } catch (error) {
    // Half of a copy is nothing to go on from.
    rmSync(file, { force: true });
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    if (isFull || error instanceof HeatmineError || options.signal.aborted) throw error;
    throw new HeatmineError('MODEL_INVALID', `${path}: ${messageOf(error)}`, { cause: error });
  } finally {
    bar.end();
  }
}

function checked(file: string): GgufInfo {
  try {
    return checkGgufFile(file);
  } catch (error) {
    return refuse(file, messageOf(error));
  }
}

/** Wrong weights are not kept: the next pull must not go on with them. */
function refuse(file: string, what: string): never {
  rmSync(file, { force: true });
  throw new HeatmineError('MODEL_INVALID', what.startsWith(file) ? what : `${file}: ${what}`);
}

function demandHash(file: string, found: string, wanted: string | undefined): void {
  if (wanted !== undefined && found !== wanted.toLowerCase()) refuse(file, `sha256 is ${found}, expected ${wanted}`);
}

/** The hub tells the hash of large files before it leads on to where they are. */
async function linkedHash(url: string | undefined): Promise<string | undefined> {
  if (!url?.startsWith(HUB)) return undefined;
  const head = await fetch(url, { method: 'HEAD', redirect: 'manual' }).catch(() => undefined);
  return /^"?([0-9a-f]{64})"?$/.exec(head?.headers.get('x-linked-etag') ?? '')?.[1];
}

async function smallText(url: string, signal: AbortSignal): Promise<string> {
  const response = await follow(url, { signal }).catch((error) => {
    if (error instanceof HeatmineError) throw error;
    throw new HeatmineError('BUSY', `${url}: ${messageOf(error.cause ?? error)}`);
  });
  if (!response.ok) throw new HeatmineError('MODEL_INVALID', `${url}: HTTP ${response.status}`);
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    if (text.length > MAX_MANIFEST_BYTES) throw new HeatmineError('MODEL_INVALID', `${url}: too long for a manifest`);
  }
  return text;
}

const idOf = (fileName: string): string =>
  fileName
    .toLowerCase()
    .replace(/\.gguf$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 48)
    .replace(/-+$/, '') || 'expert';

function expertOf(
  id: string,
  title: string,
  info: GgufInfo,
  file: { sha256: string; sizeBytes: number },
  context: number | undefined,
) {
  const trained = info.contextTokens ?? USUAL_CONTEXT;
  const contextTokens = Math.max(16, Math.min(trained, context ?? USUAL_CONTEXT));
  const chat = chatFormatOf(info.chatTemplate ?? '');
  return {
    ...{ id, title, description: title, topics: [], examples: [], licence: (info.licence ?? 'unknown').slice(0, 64) },
    ...{ engine: 'llama', file: 'weights.gguf', ...file, parents: [], contextTokens },
    prompt: { prefix: '', suffix: '', ...(chat ? { chat } : {}) },
    ...{ stop: [], maxTokens: Math.min(ANSWER_TOKENS, contextTokens), grammar: null, temperature: 0.7 },
  };
}

/** What the swarm brought tells itself where it came from. */
function noteOrigin({ source, move }: PullOptions, dir: string): void {
  const told = move ? originOf(source) : undefined;
  const origin: Origin = told ?? { how: 'pull', what: source.slice(0, 500), from: {}, atMs: Date.now() };
  writeFileSync(join(dir, SOURCE_FILE), JSON.stringify(origin));
}

/** Last, and at once: a directory without it is no expert yet. */
function writeExpert(dir: string, fact: object): void {
  const valid = ExpertFile.parse(fact);
  const file = join(dir, 'expert.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(valid, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
