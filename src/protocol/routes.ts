/** Every route of the native API, once: the server validates by it, the OpenAPI description and the client are made of it. */
import { Type } from 'typebox'
import { Deleted, IdParams, Item, ItemsPage, ItemsQuery, User } from './catalogue.js'
import { EventBatch, EventsAnswer } from './events.js'
import { Explained, ExplainRequest } from './explain.js'
import { Live, Ready } from './health.js'
import { NextPageQuery, RankedList, RankRequest, RecommendRequest, RequestIdParams } from './recommend.js'
import type { RouteSpec } from './route-spec.js'

const list = { 200: RankedList }

export const routes = {
  recommend: {
    operation: 'recommend',
    method: 'POST',
    path: '/v1/recommend',
    summary: 'Retrieve candidates for a user and rank them',
    role: 'read',
    body: RecommendRequest,
    answers: list,
  },
  nextPage: {
    operation: 'nextPage',
    method: 'GET',
    path: '/v1/recommend/:requestId/next',
    summary: 'The next items of the same list',
    role: 'read',
    params: RequestIdParams,
    query: NextPageQuery,
    answers: list,
  },
  rank: {
    operation: 'rank',
    method: 'POST',
    path: '/v1/rank',
    summary: 'Rank given candidates for a user',
    role: 'read',
    body: RankRequest,
    answers: list,
  },
  explain: {
    operation: 'explain',
    method: 'POST',
    path: '/v1/explain',
    summary: 'Why items have their scores for a user: parts that add up to the logit',
    role: 'read',
    body: ExplainRequest,
    answers: { 200: Explained },
  },
  events: {
    operation: 'events',
    method: 'POST',
    path: '/v1/events',
    summary:
      'What happened: impressions, interactions, users, items; one event, a batch, or NDJSON. What is accepted is on disk',
    role: 'events',
    body: EventBatch,
    answers: { 202: EventsAnswer },
  },
  getUser: {
    operation: 'getUser',
    method: 'GET',
    path: '/v1/users/:id',
    summary: 'What is known of a user',
    role: 'read',
    params: IdParams,
    answers: { 200: User },
  },
  deleteUser: {
    operation: 'deleteUser',
    method: 'DELETE',
    path: '/v1/users/:id',
    summary: 'Erase a user from state and log',
    role: 'admin',
    params: IdParams,
    answers: { 200: Deleted },
  },
  getItem: {
    operation: 'getItem',
    method: 'GET',
    path: '/v1/items/:id',
    summary: 'An item of the catalogue',
    role: 'read',
    params: IdParams,
    answers: { 200: Item },
  },
  listItems: {
    operation: 'listItems',
    method: 'GET',
    path: '/v1/items',
    summary: 'The catalogue, page by page',
    role: 'read',
    query: ItemsQuery,
    answers: { 200: ItemsPage },
  },
  live: {
    operation: 'live',
    method: 'GET',
    path: '/health/live',
    summary: 'Whether the process answers',
    role: null,
    answers: { 200: Live },
  },
  ready: {
    operation: 'ready',
    method: 'GET',
    path: '/health/ready',
    summary: 'Whether a model is loaded and warm, and which',
    role: null,
    answers: { 200: Ready, 503: Ready },
  },
  openapi: {
    operation: 'openapi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This description',
    role: null,
    answers: { 200: Type.Unknown() },
  },
} as const satisfies Record<string, RouteSpec>
