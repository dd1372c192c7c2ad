import { expect, test } from '@jest/globals';
import nodemailer from 'nodemailer';
import { emlOf } from '../../../services/customer/mail/eml.ts';

const writer = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
const TEXTS = [
  ['short', 'Hello Ada,\n\nA mug.\n'],
  ['with long lines', `Hello,\n\n${'a mug '.repeat(60)}\n`],
  ['with accents, tabs and spaces at the end', 'Grüße,\n\n1 =\tMüg   \n'],
  ['in Japanese', `${'日本語の長い題名'.repeat(20)}\n`],
  ['with other line ends', 'one\r\ntwo\u2028three\n'],
] as const;

/** Boundaries are random. */
const withoutBoundary = (eml: string) => eml.replaceAll(/\S*_NmP-[^\s"]+/g, 'boundary');

test.each(TEXTS)('a file has what nodemailer would send: a text %s', async (_, text) => {
  const mail = {
    from: 'Shop <shop@example.com>',
    to: { name: text.slice(0, 30).trim(), address: 'ada@example.com' },
    messageId: '<1@example.com>',
    date: new Date(0),
    headers: { 'Auto-Submitted': 'auto-generated' },
    subject: text.trim(),
    text,
    html: `<!doctype html>\n<p>${text}</p>\n`,
  };
  const { message } = await writer.sendMail(mail);
  expect(withoutBoundary(emlOf(mail))).toBe(withoutBoundary(String(message)));
});
