/** Starts a nested worker. */
new Worker("data:text/javascript,throw new Error('nested')", {
  type: "module",
});
