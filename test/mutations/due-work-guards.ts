import type { Mutation } from './mutation.ts';

/** What keeps two workers from doing the same work, and work from being lost. */
export const DUE_WORK_MUTATIONS: Record<string, Mutation> = {
  'two workers claim the same work': {
    file: 'mixins/due-work/queue.ts',
    find: 'if (!isDue(state, now)) return { answer: undefined };',
    replace: '',
    tests: ['test/integration/due-work.test.ts'],
    red: /● .*is claimed by one of those who try at the same moment/,
  },
  'work whose worker died is never taken up again': {
    file: 'mixins/due-work/schedule.ts',
    find: 'dueAt: new Date(+now + leaseMs),',
    replace: 'dueAt: new Date(+now + 1e12),',
    tests: ['test/unit/mixins/due-schedule.test.ts'],
    red: /● work that is claimed is due again when its lease ends/,
  },
  'a worker sleeps through the time of work that it has written': {
    file: 'mixins/due-work/due-work.ts',
    find: 'if (dueAt !== null) wake(+dueAt);',
    replace: '',
    tests: ['test/integration/due-work.test.ts'],
    red: /● .*is done when it is due, without a search/,
  },
  'a worker that was overtaken puts off the work of another': {
    file: 'mixins/due-work/queue.ts',
    find: 'return lease === null || dueAt <= lease;',
    replace: 'return lease === null || dueAt !== null;',
    tests: ['test/unit/customer/mail.test.ts'],
    red: /● .*whose sender was overtaken keeps the lease/,
  },
  'what fails for good is tried for ever': {
    file: 'mixins/due-work/schedule.ts',
    find: 'failures >= policy.maxFailures || isOverdue',
    replace: 'isOverdue',
    tests: ['test/unit/mixins/due-schedule.test.ts'],
    red: /● .*and parked with its reason/,
  },
  'what failed at one moment comes back at one moment': {
    file: 'mixins/due-work/schedule.ts',
    find: 'pauseMs * jitter(id, attempts)',
    replace: "pauseMs * jitter('', attempts)",
    tests: ['test/unit/mixins/due-schedule.test.ts'],
    red: /● .*does not come back in the moment/,
  },
};
