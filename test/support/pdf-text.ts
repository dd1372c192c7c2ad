import { inflateSync } from 'node:zlib';

/** What a PDF of ours shows, a line for each piece of text: its content streams hold hexadecimal strings (ISO 32000-1 §9.4). */
export function pdfText(pdf: Buffer): string {
  const lines: string[] = [];
  for (const content of streamsOf(pdf)) {
    for (const [, pieces = ''] of content.matchAll(/\[([^\]]*)\] TJ/g)) {
      const hex = [...pieces.matchAll(/<([0-9a-f]*)>/g)].map(([, digits]) => digits).join('');
      lines.push(new TextDecoder('windows-1252').decode(Buffer.from(hex, 'hex')));
    }
  }
  return lines.join('\n');
}

function streamsOf(pdf: Buffer): string[] {
  const streams: string[] = [];
  for (let at = pdf.indexOf('stream\n'); at >= 0; at = pdf.indexOf('stream\n', at)) {
    const end = pdf.indexOf('endstream', at);
    const data = pdf.subarray(at + 'stream\n'.length, end);
    streams.push((data[0] === 0x78 ? inflateSync(data) : data).toString('latin1'));
    at = end + 'endstream'.length;
  }
  return streams;
}
