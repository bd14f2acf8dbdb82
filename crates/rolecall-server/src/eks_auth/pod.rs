//! The pod that a token is bound to: its association, the tags and the name of its session.

use rolecall_model::json::Node;
use rolecall_state::entity::{Cluster, PodIdentityAssociation};
use rolecall_state::view::Shared;
use rolecall_wire::fault::{Code, Fault};

use crate::eks::association;
use crate::id;
use crate::json_call::JsonCall;

/// Characters of a session name.
const SESSION_NAME: usize = 64;

/// The pod that a token is bound to.
pub struct Pod<'t> {
    /// The namespace.
    pub namespace: &'t str,
    /// The service account.
    pub service_account: &'t str,
    name: &'t str,
    uid: &'t str,
}

impl<'t> Pod<'t> {
    /// The pod of a token's claims, if they are a service account's.
    pub fn read(claims: &'t Node) -> Option<Pod<'t>> {
        let text = |path: &[&str]| claims.path(path).and_then(Node::as_str);
        let subject = text(&["sub"])?.strip_prefix("system:serviceaccount:")?;
        let (namespace, service_account) = subject.split_once(':')?;
        let name = text(&["kubernetes.io", "pod", "name"]).unwrap_or_default();
        let uid = text(&["kubernetes.io", "pod", "uid"]).unwrap_or_default();
        Some(Pod { namespace, service_account, name, uid })
    }

    /// The association of its service account.
    ///
    /// # Errors
    /// Where there is none.
    pub fn association(
        &self,
        call: &JsonCall<'_>,
        cluster: &Cluster,
    ) -> Result<Shared<PodIdentityAssociation>, Fault> {
        let all = association::of_cluster(call, &cluster.name);
        let own = |one: &Shared<PodIdentityAssociation>| {
            one.namespace == self.namespace && one.service_account == self.service_account
        };
        all.into_iter().find(own).ok_or_else(|| {
            let sentence = format!(
                "No association found for service account {} in namespace {}",
                self.service_account, self.namespace
            );
            Fault::new(Code::ResourceNotFoundException, sentence)
        })
    }

    /// The six tags of every session, all of which go on to further ones.
    pub fn tags(&self, cluster: &Cluster, arn: &str) -> Vec<(String, String)> {
        let tags = [
            ("eks-cluster-arn", arn),
            ("eks-cluster-name", cluster.name.as_str()),
            ("kubernetes-namespace", self.namespace),
            ("kubernetes-service-account", self.service_account),
            ("kubernetes-pod-name", self.name),
            ("kubernetes-pod-uid", self.uid),
        ];
        tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    /// `eks-CLUSTER-POD-UUID`, cluster and pod cut short so that the UUID stays whole.
    pub fn session_name(&self, call: &JsonCall<'_>, cluster: &str) -> String {
        let uuid = id::uuid(call.random);
        let room = SESSION_NAME.saturating_sub(uuid.len() + 1);
        let head: String = format!("eks-{cluster}-{}", self.name).chars().take(room).collect();
        format!("{head}-{uuid}")
    }
}
