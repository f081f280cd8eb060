import { CodeText } from "./code-block";
import { SampleBox } from "./sample-box";

interface SamplesProps {
  /** Accessible name of what the samples do. */
  what: string;
  samples: { label: string; source: string }[];
}

/** Shows one call in several languages. */
export function Samples({ what, samples }: SamplesProps) {
  const highlighted = samples.map(({ label, source }) => ({
    label,
    code: <CodeText text={source} language={label} />,
  }));
  return <SampleBox what={what} samples={highlighted} />;
}
