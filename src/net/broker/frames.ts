/**
 * Just enough of MQTT 3.1.1 (docs.oasis-open.org/mqtt/mqtt/v3.1.1, 2.2) to count packets and know their size before
 * anything keeps their bytes: the type nibble and the variable-length "remaining length". Bodies are skipped over.
 */
export interface Framer {
  /** Packets whose header was completed by this chunk, or what is wrong with it. */
  feed(chunk: Buffer): { packets: number } | { fault: string };
  /** True once the first packet, which must be a CONNECT, has arrived whole. */
  connected(): boolean;
}

const CONNECT = 1;
const MAX_LENGTH_BYTES = 4;

export function mqttFramer(limits: { packetBytes: number; connectBytes: number }): Framer {
  let type = 0;
  let length = 0;
  let lengthBytes = -1;
  let bodyLeft = 0;
  let seen = 0;
  let whole = false;

  const headerByte = (byte: number): string | undefined => {
    if (lengthBytes === -1) {
      type = byte >> 4;
      if (seen === 0 && type !== CONNECT) return 'first packet is no CONNECT';
      length = 0;
      lengthBytes = 0;
      return undefined;
    }
    length += (byte & 127) * 128 ** lengthBytes;
    lengthBytes++;
    if (byte & 128) return lengthBytes === MAX_LENGTH_BYTES ? 'malformed length' : undefined;
    if (length > (seen === 0 ? limits.connectBytes : limits.packetBytes)) return `packet of ${length} bytes`;
    bodyLeft = length;
    lengthBytes = -1;
    seen++;
    return undefined;
  };

  return {
    connected: () => whole,
    feed(chunk) {
      const before = seen;
      let at = 0;
      while (at < chunk.length) {
        if (bodyLeft > 0) {
          const step = Math.min(bodyLeft, chunk.length - at);
          bodyLeft -= step;
          at += step;
        } else {
          const fault = headerByte(chunk[at++]!);
          if (fault) return { fault };
        }
        if (seen > 0 && bodyLeft === 0) whole = true;
      }
      return { packets: seen - before };
    },
  };
}
