/** Returns the anchor that GitHub gives to a heading. */
export function githubSlug(heading: string): string {
  return heading.replace(/\[(.*?)\]\(.*?\)/g, "$1").toLowerCase()
    .replace(/[^\w\- ]/g, "").replaceAll(" ", "-");
}
