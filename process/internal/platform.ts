/**
 * Files, signals and versions of the platform for the command line.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export { endProcess } from "../platform/end_process.ts";
export { fileStamp } from "../platform/file_stamp.ts";
export { filePath, fileUrl } from "../platform/file_urls.ts";
export { integrityOf } from "../platform/integrity.ts";
export { MemoryWatch } from "../platform/memory_watch.ts";
export { type PinnedImporter, readPinned } from "../platform/pinned_import.ts";
export { onStopSignal, SAME_SIGNAL } from "../platform/signals.ts";
export { PACKAGE_FOLDER, VERSION } from "../platform/version.ts";
