export { buildDocument } from "./document";
export type {
  CodeSample,
  ContentPart,
  Json,
  OpenApiDocument,
  OperationPart,
  ParameterPart,
  Reference,
  ResponsePart,
  SchemaPart,
} from "./types";
