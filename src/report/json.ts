import type { Report } from "../record/report.js";

/** report.json, in the shape that the published schema describes. */
export const renderJson = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`;
