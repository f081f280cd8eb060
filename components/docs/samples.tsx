import { CodeText } from "./code-block";
import { SampleBox } from "./sample-box";

interface SamplesProps {
  /** What the samples do, for those who do not see where they stand. */
  what: string;
  samples: { label: string; source: string }[];
}

/** The same call in several languages, of which one is shown. */
export function Samples({ what, samples }: SamplesProps) {
  const coloured = samples.map(({ label, source }) => ({
    label,
    code: <CodeText text={source} language={label} />,
  }));
  return <SampleBox what={what} samples={coloured} />;
}
