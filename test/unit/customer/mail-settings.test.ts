import { expect, test } from '@jest/globals';
import { StartError } from '../../../lib/process/start-error.ts';
import { mailSettingsOf } from '../../../services/customer/mail/settings.ts';

const alone = { production: false, port: 3000, mailToFiles: false };
const cluster = { ...alone, natsUrl: 'nats://127.0.0.1:4222' };
const publicUrl = 'https://shop.example.com';
const smtpUrl = 'smtp://mail.example.com';

const refusal = (source: Parameters<typeof mailSettingsOf>[0]): string => {
  try {
    mailSettingsOf(source);
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return (error as Error).message;
  }
  throw new Error('it was taken');
};

test('a shop on this machine alone has links to this machine, and mails in files', () => {
  expect(mailSettingsOf(alone)).toEqual({ publicUrl: 'http://127.0.0.1:3000' });
  expect(mailSettingsOf({ ...alone, publicUrl })).toEqual({ publicUrl });
});

test.each([
  ['production', { ...alone, production: true }],
  ['a cluster', cluster],
])('%s does not start without PUBLIC_URL, nor without SMTP_URL or MAIL=file', (where, source) => {
  expect(refusal({ ...source, publicUrl })).toMatch(new RegExp(`^SMTP_URL is not set: ${where} .*MAIL=file`));
  expect(refusal({ ...source, smtpUrl })).toMatch(new RegExp(`^PUBLIC_URL is not set: ${where} `));
  expect(mailSettingsOf({ ...source, publicUrl, smtpUrl })).toEqual({ publicUrl });
  expect(mailSettingsOf({ ...source, publicUrl, mailToFiles: true })).toEqual({ publicUrl });
});
