/** Every error that a user can cause: a stable `code`, and a sentence with the offending value and what is allowed. */
export class GradproofError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "GradproofError";
  }
}

/** A program, shape or attribute that no implementation could evaluate. */
export class InvalidProgramError extends GradproofError {
  constructor(message: string) {
    super("invalid-program", message);
    this.name = "InvalidProgramError";
  }
}
