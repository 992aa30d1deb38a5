using Microsoft.Extensions.Options;

namespace SecureStreams.Integration;

/// <summary>Validates without reflection: the body is generated.</summary>
[OptionsValidator]
internal sealed partial class SecureStreamsOptionsValidator : IValidateOptions<SecureStreamsOptions>;
