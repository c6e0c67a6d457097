/** Of this build, as in every `package.json` here. */
export const VERSION = "0.1.0";
