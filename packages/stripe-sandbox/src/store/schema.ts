/** Tables of the sandbox. A later version appends a step; steps are never edited once released. */
export const schemaSteps: readonly string[] = [
  `
  CREATE TABLE object (
    id       text PRIMARY KEY,
    seq      bigint GENERATED ALWAYS AS IDENTITY,
    type     text NOT NULL,
    created  bigint NOT NULL,
    refs     jsonb NOT NULL DEFAULT '{}',
    due_at   bigint,
    deleted  boolean NOT NULL DEFAULT false,
    data     json NOT NULL,
    private  json NOT NULL DEFAULT '{}'
  );
  CREATE INDEX object_by_type ON object (type, seq DESC) WHERE NOT deleted;
  CREATE INDEX object_by_refs ON object USING gin (refs jsonb_path_ops);
  CREATE INDEX object_due ON object (due_at) WHERE due_at IS NOT NULL;

  CREATE TABLE event (
    id                  text PRIMARY KEY,
    seq                 bigint GENERATED ALWAYS AS IDENTITY,
    type                text NOT NULL,
    created             bigint NOT NULL,
    object_id           text NOT NULL,
    data                json NOT NULL,
    request_id          text,
    idempotency_key     text,
    endpoint_count      integer NOT NULL
  );
  CREATE INDEX event_by_seq ON event (seq DESC);
  CREATE INDEX event_by_type ON event (type, seq DESC);
  CREATE INDEX event_by_object ON event (object_id, seq DESC);

  CREATE TABLE delivery (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id        text NOT NULL REFERENCES event (id),
    endpoint_id     text NOT NULL,
    kind            text NOT NULL DEFAULT 'first' CHECK (kind IN ('first', 'resend', 'duplicate')),
    state           text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'succeeded', 'failed', 'dropped')),
    attempts        integer NOT NULL DEFAULT 0,
    due_at_ms       bigint NOT NULL,
    claimed_by      text,
    last_status     integer,
    last_error      text,
    delivered_at_ms bigint
  );
  CREATE INDEX delivery_due ON delivery (due_at_ms, id) WHERE state = 'pending';
  CREATE INDEX delivery_by_event ON delivery (event_id);

  CREATE TABLE idempotency_key (
    key          text PRIMARY KEY,
    fingerprint  text NOT NULL,
    path         text NOT NULL,
    created      bigint NOT NULL,
    boot_id      text NOT NULL,
    request_id   text NOT NULL,
    status       integer,
    body         text
  );
  CREATE INDEX idempotency_key_by_age ON idempotency_key (created);

  CREATE TABLE setting (name text PRIMARY KEY, value text NOT NULL);
  `,
  `
  ALTER TABLE delivery
    ADD COLUMN fault    text,   -- what a fault did with it; '' when faults were on and none hit it
    ADD COLUMN after_id bigint; -- the delivery that has to be tried before this one
  `,
];
