declare module 'qrcode-terminal' {
  const qr: { generate(text: string, options: { small: boolean }, done: (drawn: string) => void): void };
  export default qr;
}
