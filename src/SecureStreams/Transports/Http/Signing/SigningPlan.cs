using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams.Transports.Http.Signing;

/// <summary>What a policy says of signing its requests (AWS Signature Version 4), worked out once.</summary>
internal sealed class SigningPlan
{
    private readonly StreamTypePolicy _policy;
    private readonly string? _region;
    private readonly string? _service;

    private SigningPlan(StreamTypePolicy policy, AuthPolicy scheme)
    {
        _policy = policy;
        Blob = scheme.BlobName ?? SsBlobNames.ExtendedAuth(scheme.Blob);
        _region = policy.Find("aws_region")?.Value.Text;
        _service = policy.Find("aws_service")?.Value.Text;
    }

    /// <summary>The blob with the credentials.</summary>
    public string Blob { get; }

    /// <summary>The plan of a streamtype; null where its requests are not signed.</summary>
    public static SigningPlan? Of(StreamTypePolicy policy) => policy.Auth is { IsSigning: true } scheme ? new SigningPlan(policy, scheme) : null;

    /// <summary>Region and service, which metadata holds.</summary>
    /// <returns>Why nothing can be signed for them, or null.</returns>
    public TransportFailure? Scope(MetadataStore metadata, out string region, out string service)
    {
        service = "";
        return Part("aws_region", _region, metadata, out region) ?? Part("aws_service", _service, metadata, out service);
    }

    /// <summary>A failure that the policy has to answer for.</summary>
    public TransportFailure Refuse(SsCauseCode code, string attribute, string problem, Exception? error = null) =>
        new(SsPhase.Policy, code, $"Streamtype '{_policy.Name}': {problem}.") { Attribute = attribute, Error = error };

    private TransportFailure? Part(string attribute, string? name, MetadataStore metadata, out string value)
    {
        value = "";
        if (name is null)
            return Refuse(SsCauseCode.NotSupported, attribute, $"use_auth names a scheme that signs requests, and {attribute}, which names the metadata that the signature needs, is not stated") with { Permanent = true };
        if (metadata.Outgoing(name) is not { Length: > 0 } set)
            return Refuse(SsCauseCode.EndpointInvalid, attribute, $"{attribute} names metadata '{name}', which the signature needs, and it is not set; set it before the stream connects");

        // They part the scope, and go into a header.
        foreach (var one in set)
        {
            if (!char.IsAsciiLetterOrDigit(one) && one is not ('-' or '_' or '.'))
                return Refuse(SsCauseCode.EndpointInvalid, attribute, $"metadata '{name}' ({attribute}) has characters that no region or service has; letters, digits, '-', '_' and '.' are allowed");
        }

        value = set;
        return null;
    }
}
