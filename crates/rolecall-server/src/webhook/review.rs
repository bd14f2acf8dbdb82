//! AdmissionReview, `admission.k8s.io/v1` and `v1beta1`: what is asked, and the answer as bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rolecall_model::json::{self, Kind, Node, edit::quoted};

/// What the API server asks.
#[derive(Clone, Copy, Debug)]
pub struct Review<'r> {
    /// Group and version of the review; the answer is of the same.
    pub api_version: &'r str,
    /// Names the request; the answer repeats it.
    pub uid: &'r str,
    /// The namespace of the request: it counts, whatever the pod's metadata says.
    pub namespace: &'r str,
    /// The pod's name, or what its name is generated from; may be empty.
    pub name: &'r str,
    /// Whether nothing will come of it (`kubectl --dry-run=server`).
    pub dry_run: bool,
    /// The pod; none where the review holds no object.
    pub object: Option<&'r Node>,
}

/// Why a body is no review.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReview {
    /// The body is not JSON.
    #[error("the body is no JSON")]
    Json,
    /// It has another kind, or a version that is not known.
    #[error("the body is no AdmissionReview of admission.k8s.io/v1 or v1beta1")]
    Kind,
    /// There is no request, or it has no uid to answer to.
    #[error("the AdmissionReview holds no request with a uid")]
    Request,
}

/// Versions that are answered.
const VERSIONS: [&str; 2] = ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"];

impl<'r> Review<'r> {
    /// Reads a review out of a parsed body.
    ///
    /// # Errors
    /// Where it cannot be answered, since it names no request.
    pub fn read(root: &'r Node) -> Result<Self, NoReview> {
        let text = |node: &'r Node, key: &str| node.get(key).and_then(Node::as_str);
        let api_version = text(root, "apiVersion").unwrap_or_default();
        if text(root, "kind") != Some("AdmissionReview") || !VERSIONS.contains(&api_version) {
            return Err(NoReview::Kind);
        }
        let request = root.get("request").ok_or(NoReview::Request)?;
        let uid = text(request, "uid").filter(|uid| !uid.is_empty()).ok_or(NoReview::Request)?;
        let object = request.get("object").filter(|object| !object.is_null());
        let of_pod = |key: &str| object.and_then(|pod| pod.path(&["metadata", key])).and_then(Node::as_str);
        Ok(Review {
            api_version,
            uid,
            namespace: text(request, "namespace").unwrap_or_default(),
            name: of_pod("name").or_else(|| of_pod("generateName")).unwrap_or_default(),
            dry_run: request.get("dryRun").and_then(Node::as_bool).unwrap_or_default(),
            object,
        })
    }
}

/// Parses a body.
///
/// # Errors
/// Where it is not JSON.
pub fn parse(body: &[u8]) -> Result<Node, NoReview> {
    let text = std::str::from_utf8(body).map_err(|_| NoReview::Json)?;
    let parsed = json::parse(text);
    if parsed.flaws.iter().any(json::Flaw::is_syntax) {
        return Err(NoReview::Json);
    }
    parsed.root.filter(|root| matches!(root.kind, Kind::Object(_))).ok_or(NoReview::Json)
}

/// What is answered. Every pod is admitted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The JSON patch, as its document; none leaves the pod as it is.
    pub patch: Option<String>,
    /// A line that clients such as kubectl show to whoever made the pod.
    pub warning: Option<String>,
}

impl Answer {
    /// Admitted with a patch.
    #[must_use]
    pub fn patched(patch: String) -> Self {
        Answer { patch: Some(patch), warning: None }
    }

    /// Admitted as it is.
    #[must_use]
    pub fn untouched() -> Self {
        Answer::default()
    }

    /// Admitted as it is, and told why.
    #[must_use]
    pub fn warned(warning: String) -> Self {
        Answer { patch: None, warning: Some(warning) }
    }

    /// The review that carries it.
    #[must_use]
    pub fn document(&self, review: &Review<'_>) -> String {
        let mut response = format!("\"uid\":{},\"allowed\":true", quoted(review.uid));
        if let Some(patch) = &self.patch {
            response.push_str(",\"patch\":\"");
            STANDARD.encode_string(patch, &mut response);
            response.push_str("\",\"patchType\":\"JSONPatch\"");
        }
        if let Some(warning) = &self.warning {
            response.push_str(&format!(",\"warnings\":[{}]", quoted(&shortened(warning))));
        }
        let version = quoted(review.api_version);
        format!("{{\"kind\":\"AdmissionReview\",\"apiVersion\":{version},\"response\":{{{response}}}}}")
    }
}

/// Clients cut warnings at 256 characters (Kubernetes documentation, "Dynamic Admission Control").
fn shortened(warning: &str) -> String {
    warning.chars().filter(|c| !c.is_control()).take(256).collect()
}
