import { describe, expect, test } from '@jest/globals';
import { dayIn, isTimeZone, startOfDay, yearIn } from '../../../lib/contract/time-zone.ts';

describe('the shop’s time zone', () => {
  test.each([
    // What cases of other shops had a year off.
    ['2026-12-31T23:30:00Z', 'Europe/Berlin', '2027-01-01', 2027],
    ['2026-12-31T20:00:00Z', 'Pacific/Auckland', '2027-01-01', 2027],
    ['2027-01-01T01:00:00Z', 'America/Los_Angeles', '2026-12-31', 2026],
    ['2026-12-31T23:30:00Z', 'UTC', '2026-12-31', 2026],
    ['2026-06-15T11:59:00Z', 'Pacific/Kiritimati', '2026-06-16', 2026],
  ])('has its own day and year: %s in %s is on %s', (at, zone, day, year) => {
    expect(dayIn(new Date(at), zone)).toBe(day);
    expect(yearIn(new Date(at), zone)).toBe(year);
  });

  test.each([
    ['2026-01-15', 'Europe/Berlin', '2026-01-14T23:00:00.000Z'],
    ['2026-07-15', 'Europe/Berlin', '2026-07-14T22:00:00.000Z'],
    // The clocks are put forward in the night that it begins with.
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-01-01', 'Asia/Kathmandu', '2025-12-31T18:15:00.000Z'],
    // There was no midnight on this day: it began at one.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
  ])('begins a day at its first moment: %s in %s', (day, zone, at) => {
    expect(startOfDay(day, zone).toISOString()).toBe(at);
  });

  test('is one that the platform knows', () => {
    expect(['Europe/Berlin', 'UTC', 'Asia/Kolkata'].map(isTimeZone)).toEqual([true, true, true]);
    expect(['', 'Berlin', 'Europe/Atlantis', '+25:00'].map(isTimeZone)).toEqual([false, false, false, false]);
  });
});
