import { type AwsAnswer, notFound } from "./gap-route.ts";

export type Item = Record<string, unknown>;
export const ACCOUNT = "arn:aws:eks:eu-central-1:123456789012";
export const NOW = 1_767_225_600;

export const describe = (items: Map<string, Item>, key: string, as: string): AwsAnswer => {
  const item = items.get(key);
  return item === undefined ? notFound(`no ${as} ${key}`) : { body: { [as]: item } };
};

export const remove = (items: Map<string, Item>, key: string, as: string): AwsAnswer => {
  const answer = describe(items, key, as);
  items.delete(key);
  return answer;
};

export const update = (kind: string): AwsAnswer => ({
  body: {
    update: { id: "11111111-2222-3333-4444-555555555555", status: "Successful", type: kind },
  },
});
