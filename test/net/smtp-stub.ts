import { type AddressInfo, createServer, type Socket } from 'node:net';

interface Mail {
  to: string[];
  /** Headers and body as they came. */
  text: string;
}

/** As much of SMTP (RFC 5321) as a client without TLS needs; listens on all of this machine's loopback. */
export async function smtpStub(): Promise<{ port: number; mails: Mail[]; close: () => void }> {
  const mails: Mail[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.write('220 stub\r\n');
    let rest = '';
    let mail: Mail = { to: [], text: '' };
    let inData = false;
    const line = (text: string) => {
      if (inData) {
        if (text !== '.') {
          mail.text += `${text}\n`;
          return;
        }
        inData = false;
        mails.push(mail);
        mail = { to: [], text: '' };
        socket.write('250 taken\r\n');
        return;
      }
      const verb = text.slice(0, 4).toUpperCase();
      if (verb === 'RCPT') mail.to.push(/<(.*)>/.exec(text)![1]!);
      inData = verb === 'DATA';
      socket.write(
        inData ? '354 go on\r\n' : verb === 'QUIT' ? '221 bye\r\n' : verb === 'STAR' ? '502 no\r\n' : '250 ok\r\n',
      );
    };
    socket.on('data', (data) => {
      const lines = (rest + data.toString('latin1')).split('\r\n');
      rest = lines.pop()!;
      for (const each of lines) line(each);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
