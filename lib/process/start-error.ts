/** An error of the environment or the machine; its message is one line that says what to do. */
export class StartError extends Error {}
