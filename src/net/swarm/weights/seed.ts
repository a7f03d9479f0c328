import { setTimeout as sleep } from 'node:timers/promises';
import { HeatmineError, messageOf } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { chunkLength } from '../../../core/manifest.ts';
import type { Pace } from '../turns.ts';
import type { Stream } from '../wire/stream.ts';
import { PIECE_BYTES } from './chunks.ts';
import type { Library, Offer } from './library.ts';
import { encode, MAX_OFFERS, parseRequest, type WeightsReply, type WeightsRequest } from './messages.ts';
import { createSeats } from './seats.ts';

export interface SeedOptions {
  library: Library;
  pace: Pace;
  /** Settled use of an offer that this node can tell of, as JSON. */
  usesOf(offer: Offer): Buffer;
  log: Log;
}

/** Streams that get weights at once, and how long one may be without a word, or without taking one. */
const STREAMS = 16;
const SILENT_MS = 60_000;
/** Questions on one stream: a file of 16,384 chunks needs as many; then dial again. */
const QUESTIONS = 40_000;
/** A second that bad questions cost. */
const FAULT_MS = 200;
/** What a question counts for in the pace before anything is done for it, so that small ones are no flood. */
const QUESTION_BYTES = 1024;

/** Answers the questions of one stream; `origin` is the relay or address prefix that it counts for. */
export type Seed = (stream: Stream, origin: string) => Promise<void>;

/** Gives weights to whoever asks: reads files of signed experts, and nothing else. */
export function createSeed({ library, pace, usesOf, log }: SeedOptions): Seed {
  const seats = createSeats(STREAMS, () => performance.now());
  const answer = async function* (request: WeightsRequest): AsyncGenerator<Buffer> {
    if (request.type === 'offers') {
      const { tag } = request;
      const given = library.offers().filter((offer) => tag === undefined || offer.tags.includes(tag));
      const offers = given.slice(0, MAX_OFFERS).map(lineOf);
      return yield encode({ type: 'offers', offers });
    }
    const offer = library.get(request.id);
    if (!offer) throw new HeatmineError('NOT_OFFERED', 'these weights are not given here');
    if (request.type === 'chunk') {
      const pieces = library.chunk(offer, request.file, request.index);
      try {
        const first = await pieces.next();
        yield encode({ type: 'blob', sizeBytes: chunkLength(offer.manifest.files[request.file]!, request.index) });
        yield first.value as Buffer;
        return yield* pieces;
      } finally {
        // Whoever leaves after the question leaves no file open.
        await pieces.return(undefined);
      }
    }
    yield* blob(
      request.type === 'manifest'
        ? offer.text
        : request.type === 'uses'
          ? usesOf(offer)
          : await library.chunkList(offer, request.file),
    );
  };
  return async (stream, origin) => {
    const seat = seats.enter(origin, (why) => stream.close('BUSY', why));
    if (!seat) return stream.close('BUSY', `over ${STREAMS} streams of weights at once`);
    const silent = setTimeout(() => stream.close('BUSY', 'no word for long'), SILENT_MS);
    try {
      let asked = 0;
      for (let next = await stream.take(); next; next = await stream.take()) {
        silent.refresh();
        seat.working();
        if (++asked > QUESTIONS) throw new HeatmineError('BUSY', 'enough on one stream');
        let sent = 0;
        try {
          await pace(QUESTION_BYTES, stream.closed, origin);
          if (stream.isClosed) return;
          for await (const payload of answer(parseRequest(next.payload))) {
            await pace(payload.length, stream.closed, origin);
            await stream.send(payload);
            sent++;
            silent.refresh();
          }
        } catch (error) {
          // In the middle of a blob an error would be taken for bytes of it: the stream ends instead.
          if (stream.isClosed || !(error instanceof HeatmineError) || sent > 0) throw error;
          await sleep(FAULT_MS);
          await stream.send(encode({ type: 'error', code: error.code, message: error.message.slice(0, 300) }));
        }
        seat.idle();
      }
      await stream.send(Buffer.alloc(0), true);
    } catch (error) {
      if (stream.isClosed) return;
      log.debug({ err: messageOf(error) }, 'weights for a stranger failed');
      const isKnown = error instanceof HeatmineError;
      stream.close(isKnown ? error.code : 'NOT_RUNNING', isKnown ? error.message : 'these weights cannot be given now');
    } finally {
      clearTimeout(silent);
      seat.leave();
    }
  };
}

const lineOf = ({ id, manifest, sizeBytes }: Offer) => ({ id, name: manifest.expert.id, sizeBytes });

function* blob(bytes: Buffer): Generator<Buffer> {
  yield encode({ type: 'blob', sizeBytes: bytes.length } satisfies WeightsReply);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}
