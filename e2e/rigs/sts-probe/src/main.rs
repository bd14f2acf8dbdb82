//! Who am I by the SDK's default provider chain (so: by web identity, where its two variables are set)?

#[tokio::main]
async fn main() {
    let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    match aws_sdk_sts::Client::new(&config).get_caller_identity().send().await {
        Ok(answer) => println!("{}", answer.arn().unwrap_or_default()),
        Err(error) => {
            eprintln!("{error:?}");
            std::process::exit(1)
        }
    }
}
