/** The default theme of VitePress, with the colors of `style.css`. */
// @ts-ignore only the site has VitePress: deno.lock does not know it
export { default } from "vitepress/theme";
import "./style.css";
