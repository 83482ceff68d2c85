/// One test suite for two kernels: what Linux' KVM answers, Soft KVM has to answer.
///
/// Raw ioctls, structs laid out by hand, guests as bytes. A test states a fact of the KVM API and
/// runs against both. [FreshStateTest] and [ExitAgreementTest] go further and compare bytes of one
/// kernel with bytes of the other; what is masked there stands in the README, "Where the two
/// differ". [HostileUseTest] is for Soft KVM alone.
///
/// Read [AgreementTest] first, then [Machine] and [VirtualCpu].
package dev.vmexit.softkvm.abi;
