//! Lists of what this service keeps none of: MFA devices, server certificates, SAML providers. They are asked for by
//! tools that look at everything, and empty is the truth.

use rolecall_wire::answer::Writer;
use rolecall_wire::fault::Fault;

use crate::call::{Call, Changes, unchanged};

/// ListMFADevices.
///
/// # Errors
/// Where the user that is named is not there.
pub fn mfa_devices(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    if call.params.get("UserName").is_some() {
        call.user()?;
    }
    call.page_of_texts(&[], "MFADevices", out)?;
    Ok(unchanged())
}

/// ListVirtualMFADevices.
///
/// # Errors
/// Where the marker is none.
pub fn virtual_mfa_devices(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    call.page_of_texts(&[], "VirtualMFADevices", out)?;
    Ok(unchanged())
}

/// ListServerCertificates.
///
/// # Errors
/// Where the marker is none.
pub fn server_certificates(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    call.page_of_texts(&[], "ServerCertificateMetadataList", out)?;
    Ok(unchanged())
}

/// ListSAMLProviders.
///
/// # Errors
/// None.
pub fn saml_providers(_: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    out.texts::<&str>("SAMLProviderList", []);
    Ok(unchanged())
}
