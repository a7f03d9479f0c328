"""A peer of another making: an asker in Python, written from docs/PROTOCOL*.md and the test vectors alone.

    python3 peer.py vectors REPOSITORY           every vector that an asker needs; prints how many fit
    python3 peer.py ask RELAY_URL QUESTION [N]   finds an expert through that relay, asks it sealed, over another relay than
                                                 its own, at most at N micro-credits per million answer tokens (0: for free),
                                                 checks the receipt, signs it, waits until it is on disk; prints JSON

Needs Debian's python3-websockets and python3-cryptography. For one machine: it does not compare address prefixes.
"""
import asyncio, base64, hashlib, hmac, json, os, re, struct, sys, time
import websockets
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Refused(Exception):
    pass


def need(holds, why):
    if not holds:
        raise Refused(why)


# Keys and signatures

def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text, length=None):
    need(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text), "no base64url")
    need(len(text) % 4 != 1, "no base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    need(b64(data) == text, "not canonical")
    need(length is None or len(data) == length, "not %s bytes" % length)
    return data


def covered(domain, data):
    return b"heatmine/" + domain.encode() + b"\0" + data


def raw(public):
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


class Signer:
    def __init__(self, seed=None):
        self.secret = Ed25519PrivateKey.from_private_bytes(seed or os.urandom(32))
        self.key = raw(self.secret.public_key())

    def sign(self, domain, data):
        return self.secret.sign(covered(domain, data))


def verifies(key, domain, data, signature):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, covered(domain, data))
        return True
    except (InvalidSignature, ValueError):
        return False


# Hello

ROLE_BITS = {"expert": 1, "relay": 2}


def role_byte(roles):
    return sum(ROLE_BITS[role] for role in roles)


def transcript(side, versions, version, d_key, a_key, d_nonce, a_nonce, d_roles, a_roles):
    return (bytes([side, len(versions), *versions, version]) + d_key + a_key + d_nonce + a_nonce
            + bytes([role_byte(d_roles), role_byte(a_roles)]))


def answer_welcome(signer, nonce, welcome, expect=None):
    need(welcome["type"] == "welcome" and welcome["version"] == 1, "no welcome")
    a_key = unb64(welcome["key"], 32)
    need(expect is None or welcome["key"] == expect, "another key answers")
    whole = [[1], 1, signer.key, a_key, nonce, unb64(welcome["nonce"], 32), [], welcome["roles"]]
    need(verifies(a_key, "hello", transcript(1, *whole), unb64(welcome["signature"], 64)), "welcome is forged")
    return {"type": "proof", "signature": b64(signer.sign("hello", transcript(0, *whole)))}


# HPKE (RFC 9180), base mode: X25519, HKDF-SHA256, AES-128-GCM

def extract(salt, ikm):
    return hmac.new(salt or b"\0" * 32, ikm, hashlib.sha256).digest()


def expand(prk, info, length):
    out, block, i = b"", b"", 1
    while len(out) < length:
        block = hmac.new(prk, block + info + bytes([i]), hashlib.sha256).digest()
        out, i = out + block, i + 1
    return out[:length]


KEM = b"KEM" + struct.pack(">H", 0x20)
HPKE = b"HPKE" + struct.pack(">HHH", 0x20, 1, 1)


def labeled_extract(suite, salt, label, ikm):
    return extract(salt, b"HPKE-v1" + suite + label + ikm)


def labeled_expand(suite, prk, label, info, length):
    return expand(prk, struct.pack(">H", length) + b"HPKE-v1" + suite + label + info, length)


def xor_nonce(base, n):
    return (int.from_bytes(base, "big") ^ n).to_bytes(12, "big")


class Sender:
    def __init__(self, expert_key, info, ephemeral=None):
        ephemeral = ephemeral or X25519PrivateKey.generate()
        self.enc = raw(ephemeral.public_key())
        dh = ephemeral.exchange(X25519PublicKey.from_public_bytes(expert_key))
        eae = labeled_extract(KEM, b"", b"eae_prk", dh)
        shared = labeled_expand(KEM, eae, b"shared_secret", self.enc + expert_key, 32)
        context = (b"\0" + labeled_extract(HPKE, b"", b"psk_id_hash", b"")
                   + labeled_extract(HPKE, b"", b"info_hash", info))
        secret = labeled_extract(HPKE, shared, b"secret", b"")
        self.aead = AESGCM(labeled_expand(HPKE, secret, b"key", context, 16))
        self.base = labeled_expand(HPKE, secret, b"base_nonce", context, 12)
        self.exporter = labeled_expand(HPKE, secret, b"exp", context, 32)
        self.seq = 0

    def seal(self, plain):
        self.seq += 1
        return self.aead.encrypt(xor_nonce(self.base, self.seq - 1), plain, b"")

    def export(self, label, length):
        return labeled_expand(HPKE, self.exporter, b"sec", label, length)


# Sealing

CLASSES = [1024, 4096, 16384, 61440]


class Sealed:
    """One question, and the reader of its answer."""

    def __init__(self, expert_key, content, minutes, ephemeral=None):
        key_id = hashlib.sha256(expert_key).digest()[:8]
        sender = Sender(expert_key, b"heatmine seal\0\1" + key_id, ephemeral)
        content = struct.pack(">I", minutes) + content
        self.frames, at = [], 0
        while at < len(content):
            head = b"\1" + key_id + sender.enc if at == 0 else b""
            part = content[at:at + CLASSES[-1] - len(head) - 17]
            at += len(part)
            size = min(size for size in CLASSES if size >= len(head) + len(part) + 17)
            marker = b"\2" if at == len(content) else b"\1"
            self.frames.append(head + sender.seal((part + marker).ljust(size - len(head) - 16, b"\0")))
        self.secret, self.enc = sender.export(b"heatmine answer", 32), sender.enc
        self.aead, self.chunk, self.ended = None, 0, False

    def open(self, frame):
        need(not self.ended and len(frame) in CLASSES, "no frame of this answer")
        if self.aead is None:
            nonce, frame = frame[:16], frame[16:]
            prk = extract(self.enc + nonce, self.secret)
            self.aead, self.base = AESGCM(expand(prk, b"key", 16)), expand(prk, b"nonce", 12)
        try:
            plain = self.aead.decrypt(xor_nonce(self.base, self.chunk), frame, b"")
        except InvalidTag:
            raise Refused("chunk %d does not open" % self.chunk)
        self.chunk += 1
        plain = plain.rstrip(b"\0")
        need(plain[-1:] in (b"\1", b"\2"), "no marker")
        self.ended = plain[-1:] == b"\2"
        return plain[:-1], self.ended


# Descriptors

URL = re.compile(r"wss?://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?", re.I)


def is_url(text):
    match = URL.fullmatch(text)
    return bool(match) and len(text) <= 128 and int(match[2] or 1) <= 65535


def read_descriptor(text, now_s):
    """None for what is no descriptor, is forged or too old."""
    try:
        data = unb64(text)
        need(64 < len(data) <= 999, "size")
        one = json.loads(data[64:].decode())
        key = unb64(one["key"], 32)
        need(verifies(key, "descriptor", data[64:], data[:64]), "forged")
        need(one["v"] == 1 and -300 <= now_s - one["issuedS"] <= 1800, "age")
        need(len(one["urls"]) <= 3 and len(one["relays"]) <= 3 and len(one["experts"]) <= 8, "limits")
        need(all(is_url(url) for url in one["urls"] + [at["url"] for at in one["relays"]]), "url")
        need(all(1 <= len(expert["topics"]) <= 4 and expert["price"] >= 0 for expert in one["experts"]), "expert")
        need(isinstance(one["relay"], bool), "relay")
        if "seal" in one:
            unb64(one["seal"], 32)
        return one
    except (Refused, ValueError, KeyError, TypeError):
        return None


# Records

ORDER = [("version", "u8"), ("id", 16), ("asker", 32), ("server", 32), ("channel", 16), ("expert", "text"),
         ("tier", "u8"), ("mostUcPerMtok", "u53"), ("hour", "u53")]
RECEIPT = [("version", "u8"), ("id", 16), ("asker", 32), ("server", 32), ("counter", "u53"), ("hour", "u53"),
           ("expert", "text"), ("tier", "u8"), ("promptTokens", "u53"), ("answerTokens", "u53"),
           ("promptUcPerMtok", "u53"), ("answerUcPerMtok", "u53"), ("amountUc", "u53")]
VOUCHER = [("version", "u8"), ("channel", 16), ("payer", 32), ("payee", 32), ("counter", "u53"),
           ("cumulativeUc", "u53")]
ECONOMY, STANDARD, SUNSHINE = 0, 1, 2


def encode(layout, record):
    out = b""
    for name, kind in layout:
        value = record[name]
        if kind == "u8":
            out += bytes([value])
        elif kind == "u53":
            need(0 <= value < 2 ** 53, name)
            out += struct.pack(">Q", value)
        elif kind == "text":
            text = value.encode()
            out += bytes([len(text)]) + text
        else:
            need(len(value) == kind, name)
            out += value
    return out


def decode(layout, data):
    record, at = {}, 0

    def take(count):
        nonlocal at
        need(at + count <= len(data), "cut")
        at += count
        return data[at - count:at]

    for name, kind in layout:
        if kind == "u8":
            record[name] = take(1)[0]
        elif kind == "u53":
            record[name] = struct.unpack(">Q", take(8))[0]
            need(record[name] < 2 ** 53, name)
        elif kind == "text":
            record[name] = take(take(1)[0]).decode()
        else:
            record[name] = take(kind)
    need(at == len(data), "bytes left over")
    return record


def up(value, step):
    return -(-value // step)


def check_figures(record):
    """What holds for every receipt."""
    need(record["version"] == 1, "version")
    need(record["tier"] in (ECONOMY, STANDARD, SUNSHINE), "tier")
    need(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,63}", record["expert"]), "expert")
    for name in ("promptTokens", "answerTokens"):
        need(record[name] % 16 == 0 and record[name] <= 10_000_000, name)
    need(max(record["promptUcPerMtok"], record["answerUcPerMtok"]) <= 1_000_000_000, "price")
    due = up(record["promptTokens"] * record["promptUcPerMtok"]
             + record["answerTokens"] * record["answerUcPerMtok"], 1_000_000)
    need(record["amountUc"] == due, "amount")


def read_receipt(data, by_server):
    try:
        record = decode(RECEIPT, data)
    except UnicodeDecodeError:
        raise Refused("no UTF-8")
    check_figures(record)
    need(verifies(record["server"], "receipt.server", data, by_server), "the receipt is forged")
    return record


def take_voucher(channel, data, signature):
    """The channel as it is after this voucher."""
    voucher = decode(VOUCHER, data)
    need(voucher["version"] == 1, "version")
    need(all(voucher[name] == channel[name] for name in ("channel", "payer", "payee")), "of another channel")
    need(verifies(voucher["payer"], "voucher", data, signature), "the voucher is forged")
    if voucher["counter"] <= channel["counter"]:
        need(voucher["cumulativeUc"] <= channel["cumulativeUc"], "an old counter with more")
        return channel
    need(voucher["cumulativeUc"] >= channel["cumulativeUc"], "less than before")
    return voucher


def check_receipt(record, agreed, said_bytes):
    """What the asker signs: its own question, and no more than agreed."""
    most_prompt = sum(len(m["content"].encode()) + 16 for m in agreed["messages"]) + 16
    most_answer = min(agreed["maxTokens"], said_bytes + 16)
    free = record["tier"] == SUNSHINE
    for name in ("id", "asker", "server", "expert"):
        need(record[name] == agreed[name], name)
    need(free or record["tier"] == agreed["tier"], "tier")
    most_price = 0 if free else agreed["mostUcPerMtok"]
    need(max(record["promptUcPerMtok"], record["answerUcPerMtok"]) <= most_price, "price")
    for name, most in (("promptTokens", most_prompt), ("answerTokens", most_answer)):
        need(record[name] <= up(most, 16) * 16, name)
    need(abs(record["hour"] - int(time.time() // 3600)) <= 2, "hour")


# The wire

def data_frame(stream, last, payload):
    return struct.pack(">IB", stream, 1 if last else 0) + payload


class Connection:
    """The dialler's side."""

    @classmethod
    async def dial(cls, url, expect=None):
        self = cls()
        self.socket = await websockets.connect(url + "/swarm", subprotocols=["heatmine.v1"], compression=None,
                                               max_size=65536, ping_interval=None)
        signer, nonce = Signer(), os.urandom(32)
        await self.say({"type": "hello", "versions": [1], "key": b64(signer.key), "nonce": b64(nonce), "roles": []})
        welcome = json.loads(await self.socket.recv())
        await self.say(answer_welcome(signer, nonce, welcome, expect))
        self.key, self.next, self.waiting = welcome["key"], 1, {}
        self.reader = asyncio.ensure_future(self.read())
        return self

    def say(self, frame):
        return self.socket.send(json.dumps(frame))

    async def close(self):
        self.reader.cancel()
        await self.socket.close()

    async def read(self):
        try:
            async for message in self.socket:
                if isinstance(message, bytes):
                    stream, flags = struct.unpack(">IB", message[:5])
                    await self.say({"type": "credit", "id": stream, "bytes": len(message) - 5 + 64})
                    if stream in self.waiting:
                        self.waiting[stream].put_nowait(("data", message[5:], flags == 1))
                else:
                    frame = json.loads(message)
                    if frame["type"] != "credit" and frame.get("id") in self.waiting:
                        self.waiting[frame["id"]].put_nowait((frame["type"], frame, True))
        finally:
            for queue in self.waiting.values():
                queue.put_nowait(("gone", None, True))

    def new_id(self):
        self.next += 2
        self.waiting[self.next - 2] = asyncio.Queue()
        return self.next - 2

    async def find(self, topic):
        wanted = self.new_id()
        await self.say({"type": "find", "id": wanted, "topic": topic, "limit": 16, "others": True})
        kind, frame, _ = await self.waiting[wanted].get()
        need(kind == "found", "find: %s" % frame)
        return frame["descriptors"]

    async def ask(self, path, request, expert_key):
        """Sealed; the replies in order."""
        sealed = Sealed(expert_key, json.dumps(request).encode(), int(time.time() // 60))
        stream = self.new_id()
        await self.say({"type": "open", "id": stream, "path": path})
        body = b"\1" + b"".join(sealed.frames)
        need(len(body) <= 60_000, "this peer asks short questions only: it waits for no credit")
        await self.socket.send(data_frame(stream, True, body))
        while True:
            kind, payload, last = await self.waiting[stream].get()
            need(kind == "data", "%s: %s" % (kind, payload))
            need(payload[:1] == b"\1", "a reply in the clear")
            content, final = sealed.open(payload[1:])
            need(final == last, "the end was moved")
            reply = json.loads(content.decode())
            need(reply["type"] != "error", "%s: %s" % (reply.get("code"), reply.get("message")))
            yield reply
            if last:
                return


# Asking

def ways(expert, relays):
    """Through a relay that is neither the expert nor one of its own; then its relay, or itself where it can be dialled."""
    near = {expert["key"], *[at["key"] for at in expert["relays"]]}
    lasts = [[{"key": at["key"], "url": at["url"]}, {"key": expert["key"]}] for at in expert["relays"]]
    lasts += [[{"key": expert["key"], "url": url}] for url in expert["urls"]]
    return [(one, last) for one in relays for last in lasts if one["relay"] and one["urls"] and one["key"] not in near]


async def look(url):
    relay = await Connection.dial(url)
    try:
        texts = [text for topic in ("heating", "relay") for text in await relay.find(topic)]
    finally:
        await relay.close()
    found = {}
    for one in (read_descriptor(text, time.time()) for text in texts):
        if one and one["issuedS"] >= found.get(one["key"], one)["issuedS"]:
            found[one["key"]] = one
    return list(found.values())


async def ask(url, question, max_price):
    nodes = await look(url)
    experts = [one for one in nodes if one.get("seal") and any("heating" in e["topics"] for e in one["experts"])]
    for expert in experts:
        for entry, path in ways(expert, nodes):
            return await ask_by(entry, path, expert, question, max_price)
    raise Refused("nobody: %d nodes, %d with experts, no way to any" % (len(nodes), len(experts)))


async def ask_by(entry, path, expert, question, max_price):
    me, server, offered = Signer(), unb64(expert["key"], 32), expert["experts"][0]["id"]
    messages, tokens = [{"role": "user", "content": question}], 256
    hour = int(time.time() // 3600)
    order = {"version": 1, "id": os.urandom(16), "asker": me.key, "server": server, "expert": offered,
             "channel": struct.pack(">I", hour) + os.urandom(12) if max_price else bytes(16), "tier": STANDARD if max_price else SUNSHINE,
             "mostUcPerMtok": max_price, "hour": hour}
    data = encode(ORDER, order)
    request = {"v": 1, "expert": offered, "messages": messages, "maxTokens": tokens, "maxPrice": max_price,
               "order": b64(data + me.sign("order", data))}
    connection = await Connection.dial(entry["urls"][0], entry["key"])
    try:
        text = ""
        async for reply in connection.ask(path, request, unb64(expert["seal"], 32)):
            text += reply.get("text", "") if reply["type"] == "chunk" else ""
        need(reply["type"] == "end", "the answer has no end")
        slip = unb64(reply["receipt"])
        body, by_server = slip[:-64], slip[-64:]
        receipt = read_receipt(body, by_server)
        check_receipt(receipt, {**order, "messages": messages, "maxTokens": tokens}, len(text.encode()))
        sign = {"v": 1, "sign": b64(body + by_server + me.sign("receipt.asker", body))}
        if receipt["amountUc"]:
            voucher = encode(VOUCHER, {"version": 1, "channel": order["channel"], "payer": me.key, "payee": server,
                                       "counter": 1, "cumulativeUc": receipt["amountUc"]})
            sign["voucher"] = b64(voucher + me.sign("voucher", voucher))
        replies = [one async for one in connection.ask(path, sign, unb64(expert["seal"], 32))]
        need([one["type"] for one in replies] == ["taken", "committed"], "not taken")
        return {"text": text, "entry": entry["key"], "node": expert["key"], "amountUc": receipt["amountUc"],
                "tier": receipt["tier"], "seq": replies[-1]["seq"]}
    finally:
        await connection.close()


# Vectors

def vectors(root):
    def load(path):
        with open(os.path.join(root, "test/net", path)) as file:
            return json.load(file)

    count = 0

    def fits(holds, what):
        nonlocal count
        need(holds, what)
        count += 1

    unhex = bytes.fromhex
    for v in load("swarm/vectors/signatures.json"):
        fits(unb64(v["keyText"], 32) == unhex(v["publicKey"]), "key text")
        fits(verifies(unhex(v["publicKey"]), v["domain"], unhex(v["bytes"]), unhex(v["signature"])), "signature")
    v = load("swarm/vectors/hello.json")
    signer = Signer(unhex(v["dialler"]["seed"]))
    fits(answer_welcome(signer, unhex(v["dialler"]["nonce"]), v["welcome"]) == v["proof"], "hello")
    for v in load("swarm/vectors/frames.json"):
        fits(data_frame(v["id"], v["end"], unhex(v["payload"])) == unhex(v["frame"]), "frame")
    for v in load("swarm/vectors/descriptors.json"):
        fits(read_descriptor(v["text"], v["nowS"]) == v.get("json"), "descriptor: " + v["why"])
    v = load("swarm/seal/vectors.json")
    ephemeral = X25519PrivateKey.from_private_bytes(unhex(v["ephemeralPrivate"]))
    sealed = Sealed(unhex(v["expertPublic"]), v["question"].encode(), v["wallMs"] // 60_000, ephemeral)
    fits([frame.hex() for frame in sealed.frames] == v["questionFrames"], "sealed question")
    fits([sealed.open(unhex(frame))[0].decode() for frame in v["answerFrames"]] == v["answer"], "sealed answer")
    v = load("ledger/vectors.json")
    for one in v["receipts"]:
        body = unhex(one["bytes"])
        receipt = decode(RECEIPT, body)
        fits(encode(RECEIPT, receipt) == body, "receipt")
        fits(verifies(receipt["server"], "receipt.server", body, unhex(one["server"])), "signature of the server")
        fits(verifies(receipt["asker"], "receipt.asker", body, unhex(one["asker"])), "signature of the asker")
    for name, layout, of, domain in (("orders", ORDER, "asker", "order"), ("vouchers", VOUCHER, "payer", "voucher")):
        for one in v[name]:
            body = unhex(one["bytes"])
            record = decode(layout, body)
            fits(encode(layout, record) == body, name)
            fits(verifies(record[of], domain, body, unhex(one["signature"])), "signature of " + name)
    for one in v["refused"]:
        try:
            read_receipt(unhex(one["bytes"]), unhex(one["server"]))
            raise ValueError("taken: " + one["why"])
        except Refused:
            count += 1
    for one in v["channels"]:
        fits(struct.pack(">I", one["hour"]) + unhex(one["chance"]) == unhex(one["channel"]), "channel")
    first = decode(VOUCHER, unhex(v["voucherSteps"][0]["bytes"]))
    channel = {**first, "counter": 0, "cumulativeUc": 0}
    for one in v["voucherSteps"]:
        try:
            channel = take_voucher(channel, unhex(one["bytes"]), unhex(one["signature"]))
            becomes = {name: channel[name] for name in ("counter", "cumulativeUc")}
        except Refused:
            becomes = None
        fits(becomes == one["becomes"], "voucher: " + one["why"])
    return count


def main(args):
    if args[0] == "vectors":
        print(json.dumps({"fit": vectors(args[1])}))
    else:
        print(json.dumps(asyncio.run(ask(args[1], args[2], int(args[3]) if len(args) > 3 else 0))))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Refused, OSError, websockets.WebSocketException) as error:
        sys.exit("%s: %s" % (type(error).__name__, error))
