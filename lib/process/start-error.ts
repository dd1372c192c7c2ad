/** What is wrong with the environment or the machine, in one line that says what to do. */
export class StartError extends Error {}
