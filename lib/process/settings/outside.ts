import { type Setting, text } from './setting.ts';

const s3Key = { rule: { ...text, min: 1, optional: true }, isSecret: true, about: 'who we are at S3' } as const;

/** Servers outside of this system that keep files and deliver mails. */
export const outsideSettings = {
  S3_BUCKET: {
    rule: { ...text, pattern: /^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/, optional: true },
    allowed: 'the name of a bucket',
    about:
      'S3-compatible storage for pictures and imports; unset: files in `DATA_DIR/media`. [docs/media.md](docs/media.md)',
  },
  S3_ENDPOINT: {
    rule: { ...text, pattern: /^https?:\/\/[^\s/@]+\/?$/, optional: true },
    allowed: 'an address such as https://s3.example.com, without a path',
    about: 'where the storage is; unset: at Amazon',
  },
  S3_REGION: {
    rule: { ...text, pattern: /^[\w-]+$/, default: 'us-east-1' },
    allowed: 'a region such as eu-central-1',
    about: 'the region of the bucket',
  },
  S3_PREFIX: {
    rule: { ...text, pattern: /^([\w-]+\/)*$/, default: '' },
    allowed: 'folders such as shop/, each with a slash behind it',
    about: 'before the names of all objects',
  },
  S3_ACCESS_KEY_ID: { ...s3Key, allowed: 'an access key' },
  S3_SECRET_ACCESS_KEY: { ...s3Key, allowed: 'the secret of the access key' },
  SMTP_URL: {
    rule: { ...text, pattern: /^smtps?:\/\//, optional: true },
    allowed: 'an address such as smtp://user:password@mail.example.com:587',
    about: 'the mail server; unset: mails are files in `DATA_DIR/outbox-mail`',
    isSecret: true,
  },
  MAIL: {
    rule: { type: 'enum', values: ['file'], optional: true },
    allowed: 'file, or unset',
    about:
      '`file` says that this is meant, also in production and in a cluster, which need it or `SMTP_URL`: ' +
      '[docs/deployment.md](docs/deployment.md)',
  },
  MAIL_FROM: {
    rule: { ...text, default: 'Shop <shop@localhost>' },
    allowed: 'a mail address, with a name or without',
    about: 'the sender of all mails',
  },
} as const satisfies Record<string, Setting>;
