/** Promises of objects: a line for each property, that opens to its numbers. */
export const trialStyle = `.kind { margin-top: 2rem; } .kind small { color: var(--quiet); font-weight: 400; margin-left: 0.25rem; }
.badge.right { color: var(--good); }
.quiet { color: var(--quiet); font-size: 0.875rem; }
.object > summary { grid-template-columns: 0 minmax(5.25rem, max-content) minmax(0, 1fr) 1rem; }
.object blockquote { margin: 0.5rem 0 1rem; padding-left: 1rem; border-left: 3px solid var(--line); max-width: 50rem; }
.object cite { color: var(--quiet); font-size: 0.875rem; }
.broken { margin: 1rem 0 1.5rem; padding: 0.25rem 1rem 1rem; border-left: 3px solid var(--wrong-bar); }
.broken h4 { color: var(--text); margin-top: 0.25rem; }
.broken .facts, .trials .facts { margin: 0.5rem 0; max-width: 40rem; }
.broken .copyable { margin-top: 0.5rem; }
.trials { list-style: none; }
.trials li { border-top: 1px solid var(--line); font-size: 0.9375rem; }
.trials li details { padding: 0.25rem 0; }
.trials summary { display: grid; grid-template-columns: 1rem minmax(13rem, 16rem) minmax(0, 1fr); gap: 0 0.75rem; }
.trials summary > .quiet { display: none; }
.trials details > .facts, .trials details > p { margin-left: 1.75rem; }
@media (max-width: 40rem) {
  .trials summary { grid-template-columns: 1rem minmax(0, 1fr); } .trials summary > span:last-child { grid-column: 2; }
}
`;
