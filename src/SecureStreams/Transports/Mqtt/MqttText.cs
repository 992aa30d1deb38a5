using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;

namespace SecureStreams.Transports.Mqtt;

/// <summary>From templates of a policy to the texts that go out. Pure.</summary>
internal static class MqttText
{
    /// <summary>Puts the values of metadata in, as they are.</summary>
    /// <param name="policy">The streamtype.</param>
    /// <param name="attribute">The attribute that states the template.</param>
    /// <param name="template">The template.</param>
    /// <param name="metadata">The stream's metadata.</param>
    /// <param name="text">The text.</param>
    /// <returns>Why there is none, or null.</returns>
    public static TransportFailure? Expand(StreamTypePolicy policy, string attribute, PolicyTemplate template, MetadataStore metadata, out string text)
    {
        text = template.Text;
        if (template.IsLiteral)
            return null;
        foreach (var symbol in template.Symbols)
        {
            if (metadata.Outgoing(symbol) is null)
                return Bad(policy, attribute, $"needs metadata '{symbol}' for its {attribute} '{OperatorText.Clean(template.Text)}', and it is not set; set it first");
        }

        text = template.Expand(metadata.Outgoing);
        return null;
    }

    /// <summary>A message cannot carry what metadata give it.</summary>
    public static TransportFailure OfMessage(TransportFailure failure) => failure with { Phase = SsPhase.Payload, Code = SsCauseCode.MetadataUnusable };

    /// <summary>The failure of a streamtype that cannot be made to work as it is.</summary>
    public static TransportFailure Bad(StreamTypePolicy policy, string attribute, string problem) =>
        new(SsPhase.Policy, SsCauseCode.EndpointInvalid, $"Streamtype '{policy.Name}' {problem}.") { Attribute = attribute };
}
