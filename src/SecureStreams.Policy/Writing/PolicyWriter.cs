using System.Buffers;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>
/// A model back as policy text: what is stated and no defaults; attributes in the order of the table, parts by name, two blanks of indentation, LF. Equal models
/// may state a default or not; the same model always gives the same bytes.
/// </summary>
public static class PolicyWriter
{
    /// <summary>The text of <paramref name="model"/>, which <see cref="PolicyLoader"/> reads to an equal model. It holds whatever secrets the policy has.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    public static byte[] ToUtf8(PolicyModel model) => ToUtf8(model, new PolicyWriterOptions());

    /// <summary>The text of <paramref name="model"/>.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static byte[] ToUtf8(PolicyModel model, PolicyWriterOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        var bytes = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(bytes, PolicyValueWriter.Indented))
            WriteDocument(writer, model, options.Redact);
        bytes.Write("\n"u8);
        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteDocument(Utf8JsonWriter writer, PolicyModel model, bool redact)
    {
        writer.WriteStartObject();
        WriteStated(writer, model.Document, redact);
        WriteNamed(writer, "retry", model.Retries.Values, redact);
        WriteCertificates(writer, model, redact);
        WriteRecords(writer, "trust_stores", ByName(model.TrustStores.Values), redact);
        WriteRecords(writer, "auth", ByName(model.Auths.Values), redact);
        WriteRecords(writer, "metrics", model.Metrics, redact);
        WriteNamed(writer, "s", model.StreamTypes.Values, redact);
        writer.WriteEndObject();
    }

    /// <summary><c>[{"the name": {...}}, ...]</c>.</summary>
    private static void WriteNamed(Utf8JsonWriter writer, string section, IEnumerable<PolicyPart> parts, bool redact)
    {
        var opened = false;
        foreach (var part in ByName(parts))
        {
            Open(writer, section, ref opened);
            writer.WriteStartObject();
            writer.WriteStartObject(part.Name);
            WriteStated(writer, part, redact);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        Close(writer, opened);
    }

    /// <summary><c>[{"name": "the name", ...}, ...]</c>.</summary>
    private static void WriteRecords(Utf8JsonWriter writer, string section, IEnumerable<PolicyPart> parts, bool redact)
    {
        var opened = false;
        foreach (var part in parts)
        {
            Open(writer, section, ref opened);
            writer.WriteStartObject();
            if (part is TrustStorePolicy store && PolicyCharacters.HasControl(part.Name))
            {
                WriteStack(writer, store);
            }
            else
            {
                // The name of the part counts, whether or not it is among what is stated.
                if (part.Name.Length > 0)
                    writer.WriteString("name", part.Name);
                WriteStated(writer, part, redact);
            }

            writer.WriteEndObject();
        }

        Close(writer, opened);
    }

    /// <summary><c>{"the name": [...]}</c>, the other shape of a store: a value may not have control characters, while the name of a member may.</summary>
    private static void WriteStack(Utf8JsonWriter writer, TrustStorePolicy store)
    {
        writer.WriteStartArray(store.Name);
        foreach (var certificate in store.Certificates)
            writer.WriteStringValue(certificate.Name);
        writer.WriteEndArray();
    }

    private static void WriteCertificates(Utf8JsonWriter writer, PolicyModel model, bool redact)
    {
        var keys = redact ? PolicySecrets.KeysOf(model) : [];
        var opened = false;
        foreach (var certificate in ByName(model.Certificates.Values))
        {
            Open(writer, "certs", ref opened);
            writer.WriteStartObject();
            writer.WriteString(certificate.Name, keys.Contains(certificate.Name) ? PolicySecrets.Redacted : CertificateReader.TextOf(certificate));
            writer.WriteEndObject();
        }

        Close(writer, opened);
    }

    private static void WriteStated(Utf8JsonWriter writer, PolicyPart part, bool redact)
    {
        foreach (var value in part.Stated)
        {
            if (value.Attribute.Name == "name")
                continue;
            writer.WritePropertyName(value.Attribute.Name);
            PolicyValueWriter.Write(writer, value.Attribute, value.Value, redact);
        }
    }

    private static void Open(Utf8JsonWriter writer, string section, ref bool opened)
    {
        if (!opened)
            writer.WriteStartArray(section);
        opened = true;
    }

    private static void Close(Utf8JsonWriter writer, bool opened)
    {
        if (opened)
            writer.WriteEndArray();
    }

    private static IEnumerable<T> ByName<T>(IEnumerable<T> parts)
        where T : PolicyPart => parts.OrderBy(static part => part.Name, StringComparer.Ordinal);
}
