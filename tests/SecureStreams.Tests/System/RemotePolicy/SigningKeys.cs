using System.Security.Cryptography;
using System.Text;
using SecureStreams.Remote;

namespace SecureStreams.Tests.Remote;

/// <summary>Keys that sign policies, made at run time.</summary>
internal sealed class SigningKeys : IDisposable
{
    private readonly Dictionary<string, ECDsa> _keys = new(StringComparer.Ordinal);

    public ECDsa this[string name] => _keys.TryGetValue(name, out var key) ? key : _keys[name] = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Members of a document that state some of them.</summary>
    public string Members(int threshold, params string[] names) =>
        $"\"policy_keys\": [{string.Join(", ", names.Select(name => $"{{ \"{name}\": \"{Convert.ToBase64String(this[name].ExportSubjectPublicKeyInfo())}\" }}"))}], \"policy_signatures\": {threshold}, ";

    public PolicyKeys Of(int threshold, params string[] names) => new([.. names.Select(name => KeyValuePair.Create(name, Convert.ToBase64String(this[name].ExportSubjectPublicKeyInfo())))], threshold);

    public byte[] Sign(string policy, params string[] names) => Sign(Encoding.UTF8.GetBytes(policy), names);

    public byte[] Sign(byte[] policy, params string[] names) => Encoding.UTF8.GetBytes($"{{\"signatures\":[{string.Join(',', names.Select(name => One(policy, name)))}]}}");

    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
    }

    private string One(byte[] policy, string name)
    {
        var (header, signature) = PolicySignatures.Sign(policy, this[name], name);
        return $"{{\"protected\":\"{header}\",\"signature\":\"{signature}\"}}";
    }
}
