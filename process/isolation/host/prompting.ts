/** Whether Deno was told to ask nobody at a terminal, where whoever started this program has said so: a program can't see its flags. */
export const prompting = { isOff: false };
