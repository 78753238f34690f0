import { ActionIcon, Checkbox, Input, Stack, Table, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";

import { type Found, PointField } from "@/features/common-meters/points-field";
import { useSay } from "@/lib/texts";

export interface Member {
  id: string;
  label: string;
  isSubtracted: boolean;
  isSharing: boolean;
}

interface MembersFieldProps {
  value: Member[];
  error: string | undefined;
  /** Of a network's loss nobody takes a share. */
  canShare: boolean;
  onChange: (members: Member[]) => void;
}

const LIST_MAX_PX = 220;

/** The points behind a main meter, looked for and added one by one; each says what it is in the rule. */
export function MembersField({ value, error, canShare, onChange }: MembersFieldProps) {
  const { say } = useSay();
  const [turn, setTurn] = useState(0); // a new field after each choice, empty again
  function add(chosen: Found | null) {
    if (!chosen) return;
    setTurn(turn + 1);
    if (value.some(({ id }) => id === chosen.value)) return;
    const like = value.at(-1) ?? { isSubtracted: true, isSharing: true };
    onChange([...value, { id: chosen.value, label: chosen.label, isSubtracted: like.isSubtracted, isSharing: like.isSharing }]);
  }
  return (
    <Stack gap={6}>
      <PointField
        key={turn}
        label={say("common.members.add")}
        description={say("common.members.about")}
        value=""
        error={error}
        isFocused={turn > 0}
        onChange={(_, chosen) => add(chosen)}
      />
      {value.length ? (
        <div
          className="panel"
          style={{ maxHeight: LIST_MAX_PX, overflow: "auto", flexShrink: 0 }}
          tabIndex={0}
          role="region"
          aria-label={say("common.members")}
        >
          <MemberTable value={value} canShare={canShare} onChange={onChange} />
        </div>
      ) : (
        <Input.Description>{say("common.members.none")}</Input.Description>
      )}
    </Stack>
  );
}

function MemberTable({ value, canShare, onChange }: Omit<MembersFieldProps, "error">) {
  const { say } = useSay();
  const change = (id: string, what: Partial<Member>) =>
    onChange(value.map((one) => (one.id === id ? { ...one, ...what } : one)));
  return (
    <Table verticalSpacing={4} fz="sm" stickyHeader>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{say("common.members.found", { count: value.length })}</Table.Th>
          <Table.Th ta="center">{say("common.subtracted")}</Table.Th>
          {canShare ? <Table.Th ta="center">{say("common.sharing")}</Table.Th> : null}
          <Table.Td />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {value.map((one) => (
          <Table.Tr key={one.id}>
            <Table.Td>
              <Text size="sm">{one.label}</Text>
            </Table.Td>
            <Table.Td>
              <Mark
                label={say("common.subtracted.of", { point: one.label })}
                isOn={one.isSubtracted}
                onChange={(isSubtracted) => change(one.id, { isSubtracted })}
              />
            </Table.Td>
            {canShare ? (
              <Table.Td>
                <Mark
                  label={say("common.sharing.of", { point: one.label })}
                  isOn={one.isSharing}
                  onChange={(isSharing) => change(one.id, { isSharing })}
                />
              </Table.Td>
            ) : null}
            <Table.Td w={36}>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={say("common.members.remove", { point: one.label })}
                onClick={() => onChange(value.filter(({ id }) => id !== one.id))}
              >
                <IconX size={14} aria-hidden />
              </ActionIcon>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Mark({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <Checkbox
      size="xs"
      aria-label={label}
      checked={isOn}
      styles={{ body: { justifyContent: "center" } }}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
