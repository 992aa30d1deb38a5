namespace SecureStreams.Codecs.Aws;

/// <summary>What a signature is good for: a moment, and a service in a region.</summary>
/// <param name="Time">The moment as <c>x-amz-date</c> has it, see <see cref="AwsSignature.FormatTime"/>.</param>
/// <param name="Region">The region, such as <c>eu-west-1</c>.</param>
/// <param name="Service">The service by the name that it signs with, such as <c>s3</c>.</param>
public readonly record struct AwsSignatureScope(string Time, string Region, string Service)
{
    /// <summary>The day of <see cref="Time"/>: eight digits.</summary>
    public ReadOnlySpan<char> Date => Time.AsSpan(0, Math.Min(8, Time.Length));

    /// <summary>The credential scope: <c>20150830/us-east-1/iam/aws4_request</c>.</summary>
    public override string ToString() => $"{Date}/{Region}/{Service}/{AwsSignature.Terminator}";
}
