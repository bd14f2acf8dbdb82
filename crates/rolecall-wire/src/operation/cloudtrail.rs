//! CloudTrail (reference cloudtrail.md §1.1).

use super::Operation;
use super::shape::{NO_MAX, Shape, integer, list, optional, required, text};
use crate::service::Service::CloudTrail;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read(
        CloudTrail,
        "LookupEvents",
        &[
            optional("LookupAttributes", LOOKUP_ATTRIBUTES_LIST),
            optional("StartTime", Shape::Instant),
            optional("EndTime", Shape::Instant),
            optional("EventCategory", EVENT_CATEGORY),
            optional("MaxResults", MAX_RESULTS),
            optional("NextToken", ANY_TEXT),
        ],
    ),
    Operation::read(
        CloudTrail,
        "DescribeTrails",
        &[optional("trailNameList", Shape::Any), optional("includeShadowTrails", Shape::Boolean)],
    ),
    Operation::read(CloudTrail, "GetTrail", &[required("Name", ANY_TEXT)]),
    Operation::read(CloudTrail, "GetTrailStatus", &[required("Name", ANY_TEXT)]),
    Operation::read(CloudTrail, "ListTrails", &[optional("NextToken", ANY_TEXT)]),
    Operation::read(CloudTrail, "GetEventSelectors", &[required("TrailName", ANY_TEXT)]),
    Operation::read(
        CloudTrail,
        "ListPublicKeys",
        &[
            optional("StartTime", Shape::Instant),
            optional("EndTime", Shape::Instant),
            optional("NextToken", ANY_TEXT),
        ],
    ),
];

const LOOKUP_ATTRIBUTE_KEY: Shape = Shape::Choice(&[
    "EventId",
    "EventName",
    "ReadOnly",
    "Username",
    "ResourceType",
    "ResourceName",
    "EventSource",
    "AccessKeyId",
]);
const LOOKUP_ATTRIBUTE_VALUE: Shape = text(1, 2000);
const LOOKUP_ATTRIBUTE: Shape = Shape::Structure(&[
    required("AttributeKey", LOOKUP_ATTRIBUTE_KEY),
    required("AttributeValue", LOOKUP_ATTRIBUTE_VALUE),
]);
const LOOKUP_ATTRIBUTES_LIST: Shape = list(0, NO_MAX, &LOOKUP_ATTRIBUTE);
const EVENT_CATEGORY: Shape = Shape::Choice(&["insight"]);
const MAX_RESULTS: Shape = integer(1, 50);
const ANY_TEXT: Shape = text(0, NO_MAX);
