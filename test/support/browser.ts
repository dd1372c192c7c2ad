import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The first Chromium on the PATH. */
function installed(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

const file = installed();

/** A suite that opens pages; skipped, with a loud line, where no Chromium is installed. */
export function inBrowser(title: string, suite: () => void): void {
  if (file) describe(title, suite);
  else {
    console.error(`\n*** SKIPPED for want of Chromium on the PATH: ${title} ***\n`);
    describe.skip(title, suite);
  }
}

/** Without a window. In a container nobody but root is there, for whom Chromium has no sandbox. */
export function openBrowser(): Promise<Browser> {
  if (!file) throw new Error('there is no Chromium');
  return chromium.launch({ executablePath: file, chromiumSandbox: process.getuid?.() !== 0 });
}

/** What the browser complains of on a page from now on: errors of scripts, and errors in the console. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (line) => {
    if (line.type() === 'error') complaints.push(line.text());
  });
  return complaints;
}
